//! Servers on one Postgres, each with a network of its own to it; the last one behind PgBouncer.

use std::sync::Arc;
use std::time::Duration;

use azuma_tests::fault::Fault;
use azuma_tests::network::Network;
use azuma_tests::postgres::{
    Cluster, Connections, Options, PgBouncer, PoolMode, Stop, database_of,
};
use azuma_tests::process::Signal;
use azuma_tests::server::Setup;
use fastrand::Rng;

use super::super::node::Node;
use super::super::strike::{Part, Strike};
use super::commands::commands_beside;
use super::way::Way;
use super::{Script, Smtp, System, settings};

/// While Postgres is down, nothing happens.
const SHORT: Duration = Duration::from_millis(1_200);

/// How many connections Postgres takes: more than all nodes open (twelve each), and a few for those who look.
const MOST_CONNECTIONS: &str = "60";

/// How many connections PgBouncer opens: fewer than the node behind it.
const POOLED: u32 = 8;

/// After a failed connection PgBouncer refuses for as many seconds: 15, if nothing is said.
const POOLER: &str = "server_login_retry = 1";

/// Servers on one Postgres.
pub struct OnPostgres {
    cluster: Arc<Cluster>,
    pooler: Arc<PgBouncer>,
    database: String,
    setup: Setup,
    nodes: Vec<Arc<Node>>,
    ways: Vec<Way>,
    smtp: Smtp,
}

impl OnPostgres {
    /// Starts so many.
    pub fn start(count: usize) -> Self {
        let options = Options::default().durable();
        let cluster = Arc::new(options.set("max_connections", MOST_CONNECTIONS).start());
        let mode = PoolMode::Transaction;
        let pooler = Arc::new(PgBouncer::start(&cluster, mode, POOLED, POOLER));
        let url = cluster.create_database();
        let database = database_of(&url).to_owned();
        let first = settings(Setup::postgres(&url));
        let (mut nodes, mut ways) = (Vec::new(), Vec::new());
        let smtp = Smtp::start(count);
        for number in 0..count {
            let is_pooled = number + 1 == count;
            let (target, pooling) = match is_pooled {
                true => (pooler.address(), "transaction"),
                false => (cluster.address(), "session"),
            };
            let network = Arc::new(Network::to(target));
            let address = network.address();
            let client = format!("node{number}");
            let url = format!("postgres://postgres@{address}/{database}?application_name={client}");
            let setup = first.elsewhere().set("database.url", &url);
            let setup = smtp.settings(number, setup.set("database.pooling", pooling));
            nodes.push(Node::start(number, setup));
            ways.push(Way {
                network,
                connections: Connections::of(&cluster, &client),
                polls: (!is_pooled).then(|| Connections::of_polls(&cluster, &client)),
            });
        }
        Self {
            cluster,
            pooler,
            database,
            setup: first,
            nodes,
            ways,
            smtp,
        }
    }

    /// Something happens to Postgres, or to all connections of a node.
    fn strike_on_postgres(&self, rng: &mut Rng) -> Strike {
        let cluster = Arc::clone(&self.cluster);
        let number = rng.usize(0..self.ways.len());
        match rng.u8(0..5) {
            0 => stopped(cluster, Stop::Fast),
            1 => stopped(cluster, Stop::Immediate),
            2 => stopped(cluster, Stop::Kill),
            3 => Strike::new("a backend is killed", Part::Database, move || {
                cluster.kill_a_backend();
                Fault::begun(move || cluster.wait_until_it_answers())
            })
            .lasting(SHORT),
            _ => {
                let connections = self.ways[number].connections.clone();
                let what = format!("all connections are used up, and node {number} loses its own");
                Strike::new(what, Part::Database, move || connections.crowd_out())
            }
        }
    }

    /// Something happens to PgBouncer.
    fn strike_on_the_pooler(&self, rng: &mut Rng) -> Strike {
        let pooler = Arc::clone(&self.pooler);
        match rng.u8(0..3) {
            0 => Strike::new("PgBouncer is killed", Part::Pooler, move || {
                pooler.stop();
                Fault::begun(move || pooler.resume())
            })
            .lasting(SHORT),
            // It lets transactions end and takes no new connections.
            1 => Strike::new("PgBouncer is told to end", Part::Pooler, move || {
                pooler.signal(Signal::Interrupt);
                Fault::begun(move || {
                    pooler.stop();
                    pooler.resume();
                })
            })
            .lasting(SHORT),
            _ => Strike::new("PgBouncer is suspended", Part::Pooler, move || {
                pooler.signal(Signal::Stop);
                Fault::begun(move || pooler.signal(Signal::Continue))
            }),
        }
    }
}

impl System for OnPostgres {
    fn nodes(&self) -> &[Arc<Node>] {
        &self.nodes
    }

    fn smtp(&self) -> &Smtp {
        &self.smtp
    }

    fn any_strike(&self, rng: &mut Rng) -> Strike {
        let number = rng.usize(0..self.nodes.len());
        match rng.u8(0..11) {
            0..3 => self.nodes[number].any_strike(rng),
            3..6 => self.ways[number].any_strike(Part::Node(number), rng),
            6..9 => self.strike_on_postgres(rng),
            9 => self.strike_on_the_pooler(rng),
            _ => commands_beside(&self.setup),
        }
    }

    fn try_ask(&self, script: &Script) -> Result<String, String> {
        self.cluster.try_sql(&self.database, script.postgres)
    }
}

/// Postgres is stopped, and started again.
pub(super) fn stopped(cluster: Arc<Cluster>, stop: Stop) -> Strike {
    let what = format!("Postgres is stopped: {stop:?}");
    Strike::new(what, Part::Database, move || {
        cluster.stop_by(stop);
        Fault::begun(move || cluster.resume())
    })
    .lasting(SHORT)
}
