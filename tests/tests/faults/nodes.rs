//! The servers, and what is between them and their database.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{env, fs};

use azuma_checker::history::Moment;
use azuma_tests::Database;
use azuma_tests::fault::Fault;
use azuma_tests::network::Network;
use azuma_tests::postgres::{Cluster, Connections};
use azuma_tests::server::{Server, Setup};
use azuma_tests::sqlite::SqliteFile;

/// All servers over one database.
pub struct Nodes {
    began: Instant,
    all: Vec<Node>,
    place: Place,
}

/// Where the data is.
enum Place {
    /// In a database of this name.
    Postgres(Arc<Cluster>, String),
    Sqlite(SqliteFile),
}

struct Node {
    /// Taken by whoever stops or starts the server.
    server: Mutex<Server>,
    /// Where it listens; `None` while it does not run.
    address: Mutex<Option<SocketAddr>>,
    /// On Postgres, its way to the database.
    way: Option<Way>,
}

struct Way {
    network: Network,
    connections: Connections,
}

/// How a server is stopped.
#[derive(Clone, Copy, Debug)]
pub enum Stop {
    /// As by `kill -9`.
    Kill,
    /// By SIGTERM.
    Terminate,
}

impl Nodes {
    /// So many servers, each with a network of its own to one Postgres.
    pub fn on_postgres(count: usize) -> Self {
        let cluster = Arc::new(Cluster::start());
        let url = cluster.create_database();
        let database = url.rsplit('/').next().unwrap_or_default().to_owned();
        let direct = cluster.address().to_string();
        let first = settings(Setup::postgres(&url));
        let nodes = (0..count).map(|number| {
            let network = Network::to(cluster.address());
            let detour = url.replace(&direct, &network.address().to_string());
            let client = format!("node{number}");
            let url = format!("{detour}?application_name={client}");
            let setup = first.elsewhere().set("database.url", &url);
            let connections = Connections::of(&cluster, &client);
            Node::start(
                setup,
                Some(Way {
                    network,
                    connections,
                }),
            )
        });
        Self {
            began: Instant::now(),
            all: nodes.collect(),
            place: Place::Postgres(Arc::clone(&cluster), database),
        }
    }

    /// So many servers on one SQLite file.
    pub fn on_sqlite(count: usize) -> Self {
        let first = settings(Database::Sqlite.server());
        let file = first.home().join("azuma.db");
        let setup = first.set("database.url", &format!("sqlite://{}", file.display()));
        let others: Vec<Setup> = (1..count).map(|_| setup.elsewhere()).collect();
        let nodes = std::iter::once(setup)
            .chain(others)
            .map(|setup| Node::start(setup, None));
        Self {
            began: Instant::now(),
            all: nodes.collect(),
            place: Place::Sqlite(SqliteFile::at(file)),
        }
    }

    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// The time of the run.
    pub fn now(&self) -> Moment {
        Moment(i64::try_from(self.began.elapsed().as_micros()).expect("a short run"))
    }

    /// Where the node of this number listens, or the next one that runs.
    pub fn address(&self, number: usize) -> Option<(usize, SocketAddr)> {
        (number..number + self.count())
            .map(|number| number % self.count())
            .find_map(|number| {
                let address = *self.all[number].address.lock().expect("no panic");
                Some((number, address?))
            })
    }

    /// Stops a server and starts it again after a while. Blocks.
    pub fn restart(&self, number: usize, stop: Stop, down: Duration) {
        let node = &self.all[number];
        let mut server = node.server.lock().expect("no panic");
        *node.address.lock().expect("no panic") = None;
        match stop {
            Stop::Kill => server.kill(),
            Stop::Terminate => {
                let runtime = tokio::runtime::Handle::current();
                runtime.block_on(server.terminate());
            }
        }
        std::thread::sleep(down);
        server.start_again();
        *node.address.lock().expect("no panic") = Some(server.address());
    }

    /// Suspends a server for a while. Blocks.
    pub fn pause(&self, number: usize, span: Duration) {
        let server = self.all[number].server.lock().expect("no panic");
        server.pause();
        std::thread::sleep(span);
        server.proceed();
    }

    /// Cuts a node off from Postgres.
    pub fn cut(&self, number: usize) -> Option<Fault> {
        Some(self.all[number].way.as_ref()?.network.cut())
    }

    /// Lets nothing come back from Postgres to a node.
    pub fn cut_answers(&self, number: usize) -> Option<Fault> {
        Some(self.all[number].way.as_ref()?.network.cut_answers())
    }

    /// Kills a node's connections again and again.
    pub fn kill_connections(&self, number: usize) -> Option<Fault> {
        let connections = &self.all[number].way.as_ref()?.connections;
        connections.wait_until_open();
        Some(connections.keep_killing())
    }

    /// Suspends the Postgres processes that serve a node.
    pub fn freeze_connections(&self, number: usize) -> Option<Fault> {
        let connections = &self.all[number].way.as_ref()?.connections;
        connections.wait_until_open();
        Some(connections.keep_freezing())
    }

    /// Restarts Postgres, which disconnects everybody. Blocks.
    pub fn restart_postgres(&self, down: Duration) {
        if let Place::Postgres(cluster, _) = &self.place {
            cluster.stop();
            std::thread::sleep(down);
            cluster.resume();
        }
    }

    pub fn is_on_postgres(&self) -> bool {
        matches!(self.place, Place::Postgres(..))
    }

    /// What programs beside the servers do with an SQLite file: they read it, and copy it.
    pub fn read_beside(&self) {
        if let Place::Sqlite(file) = &self.place {
            file.ask("SELECT count(*) FROM sessions;");
            let copy = file.companion("-copy");
            file.ask(&format!(".backup '{}'", copy.display()));
        }
    }

    /// The numbers of all invalidations, in order.
    pub fn invalidations(&self) -> Vec<u64> {
        let query = "SELECT number FROM invalidations ORDER BY number;";
        let numbers = match &self.place {
            Place::Postgres(cluster, database) => cluster.sql(database, query),
            Place::Sqlite(file) => file.ask(query),
        };
        numbers
            .lines()
            .map(|line| line.trim().parse().expect("a number"))
            .collect()
    }
}

fn settings(setup: Setup) -> Setup {
    setup
        .for_tests()
        // The next token is always due.
        .set("sessions.rotating.renew_within", "30d")
}

impl Node {
    fn start(setup: Setup, way: Option<Way>) -> Self {
        let server = setup.start();
        Self {
            address: Mutex::new(Some(server.address())),
            server: Mutex::new(server),
            way,
        }
    }
}

/// The variable that names where histories are kept. Without it, only those are that cannot be explained.
pub const KEPT_IN: &str = "AZUMA_FAULTS_HISTORIES";

/// Keeps a history, so that later checkers can check it again.
pub fn keep(name: &str, seed: u64, history: &str) -> PathBuf {
    let directory = env::var_os(KEPT_IN).map_or_else(env::temp_dir, PathBuf::from);
    let path = directory.join(format!("azuma-history-{name}-{seed}.json"));
    fs::write(&path, history).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    path
}
