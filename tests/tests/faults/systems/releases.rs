//! Servers of two neighbouring releases over one database, replaced by each other one by one.

use std::sync::Arc;

use azuma_tests::Database;
use azuma_tests::postgres::{Cluster, Options, Stop, database_of};
use azuma_tests::server::{Release, Setup};
use azuma_tests::sqlite::SqliteFile;
use fastrand::Rng;

use super::super::node::Node;
use super::super::run::seed;
use super::super::strike::Strike;
use super::commands::commands_beside;
use super::postgres::stopped;
use super::{Script, Smtp, System, settings};

/// Servers of two releases over one database.
pub struct OfTwoReleases {
    setup: Setup,
    nodes: Vec<Arc<Node>>,
    smtp: Smtp,
    shared: Shared,
}

/// What they share.
enum Shared {
    Postgres {
        cluster: Arc<Cluster>,
        database: String,
    },
    Sqlite(SqliteFile),
}

impl OfTwoReleases {
    /// Starts so many on one Postgres.
    pub fn on_postgres(count: usize) -> Self {
        let cluster = Arc::new(Options::default().durable().start());
        let url = cluster.create_database();
        let database = database_of(&url).to_owned();
        let first = settings(Setup::postgres(&url));
        Self::start(first, count, Shared::Postgres { cluster, database })
    }

    /// Starts so many on one SQLite file.
    pub fn on_sqlite(count: usize) -> Self {
        let first = settings(Database::Sqlite.server());
        let file = first.home().join("azuma.db");
        let url = format!("sqlite://{}", file.display());
        let first = first.set("database.url", &url);
        Self::start(first, count, Shared::Sqlite(SqliteFile::at(file)))
    }

    /// Starts nodes of one release and of the other, in turn: the first of them creates the schema, of which the second is
    /// newer or older than its release. The seed decides which release is first.
    fn start(first: Setup, count: usize, shared: Shared) -> Self {
        let mut release = match seed() % 2 {
            0 => Release::This,
            _ => Release::Previous,
        };
        let smtp = Smtp::start(count);
        let mut nodes = Vec::new();
        for number in 0..count {
            let setup = first.elsewhere().of_release(release);
            nodes.push(Node::start(number, smtp.settings(number, setup)));
            release = release.other();
        }
        Self {
            setup: first,
            nodes,
            smtp,
            shared,
        }
    }
}

impl System for OfTwoReleases {
    fn nodes(&self) -> &[Arc<Node>] {
        &self.nodes
    }

    fn smtp(&self) -> &Smtp {
        &self.smtp
    }

    fn any_strike(&self, rng: &mut Rng) -> Strike {
        let node = &self.nodes[rng.usize(0..self.nodes.len())];
        match (rng.u8(0..10), &self.shared) {
            (0, Shared::Postgres { cluster, .. }) => stopped(Arc::clone(cluster), Stop::Fast),
            (1, _) => commands_beside(&self.setup.clone().of_release(Release::This)),
            (2, _) => commands_beside(&self.setup.clone().of_release(Release::Previous)),
            (0..5, _) => node.any_strike(rng),
            _ => node.replaced_by_the_other_release(rng),
        }
    }

    fn try_ask(&self, script: &Script) -> Result<String, String> {
        match &self.shared {
            Shared::Postgres { cluster, database } => cluster.try_sql(database, script.postgres),
            Shared::Sqlite(file) => file.try_ask(script.sqlite),
        }
    }
}
