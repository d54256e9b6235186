//! Servers on one Postgres, each with a network of its own to it.

use std::sync::Arc;
use std::time::Duration;

use azuma_tests::fault::Fault;
use azuma_tests::network::Network;
use azuma_tests::postgres::{Cluster, Connections, Options};
use azuma_tests::server::Setup;
use fastrand::Rng;

use super::super::node::Node;
use super::super::strike::{Part, Strike};
use super::commands::commands_beside;
use super::{INVALIDATIONS, System, numbers, settings};

/// For longer than a unit of work may take.
const LONG: Duration = Duration::from_secs(8);

/// While Postgres is down, nothing happens.
const SHORT: Duration = Duration::from_millis(1_200);

/// Servers on one Postgres.
pub struct OnPostgres {
    cluster: Arc<Cluster>,
    database: String,
    setup: Setup,
    nodes: Vec<Arc<Node>>,
    ways: Vec<Way>,
}

/// How a node reaches Postgres.
struct Way {
    network: Arc<Network>,
    connections: Connections,
}

impl OnPostgres {
    /// Starts so many.
    pub fn start(count: usize) -> Self {
        let cluster = Arc::new(Options::default().durable().start());
        let url = cluster.create_database();
        let database = url.rsplit('/').next().unwrap_or_default().to_owned();
        let direct = cluster.address().to_string();
        let first = settings(Setup::postgres(&url));
        let (mut nodes, mut ways) = (Vec::new(), Vec::new());
        for number in 0..count {
            let network = Arc::new(Network::to(cluster.address()));
            let detour = url.replace(&direct, &network.address().to_string());
            let client = format!("node{number}");
            let url = format!("{detour}?application_name={client}");
            nodes.push(Node::start(
                number,
                first.elsewhere().set("database.url", &url),
            ));
            let connections = Connections::of(&cluster, &client);
            ways.push(Way {
                network,
                connections,
            });
        }
        Self {
            cluster,
            database,
            setup: first,
            nodes,
            ways,
        }
    }

    fn restarted(cluster: Arc<Cluster>) -> Fault {
        cluster.stop();
        Fault::begun(move || cluster.resume())
    }
}

impl System for OnPostgres {
    fn nodes(&self) -> &[Arc<Node>] {
        &self.nodes
    }

    fn any_strike(&self, rng: &mut Rng) -> Strike {
        let number = rng.usize(0..self.nodes.len());
        match rng.u8(0..9) {
            8 => commands_beside(&self.setup),
            0..3 => self.nodes[number].any_strike(rng),
            7 => {
                let cluster = Arc::clone(&self.cluster);
                Strike::new("Postgres is stopped", Part::Database, move || {
                    Self::restarted(cluster)
                })
                .lasting(SHORT)
            }
            _ => self.ways[number].any_strike(Part::Node(number), rng),
        }
    }

    fn invalidations(&self) -> Vec<u64> {
        numbers(&self.cluster.sql(&self.database, INVALIDATIONS))
    }
}

impl Way {
    fn any_strike(&self, part: Part, rng: &mut Rng) -> Strike {
        let network = Arc::clone(&self.network);
        let connections = self.connections.clone();
        match rng.u8(0..4) {
            0 => Strike::new("nothing gets through", part, move || network.cut()).lasting(LONG),
            1 => Strike::new("no answer gets through", part, move || {
                network.cut_answers()
            })
            .lasting(LONG),
            2 => Strike::new("connections are killed", part, move || {
                connections.keep_killing()
            }),
            _ => Strike::new("backends are suspended", part, move || {
                connections.keep_freezing()
            })
            .lasting(LONG),
        }
    }
}
