//! Servers on one SQLite file, beside which other programs read it. The disk that it is on, and the log of the first server,
//! fails.

use std::path::PathBuf;
use std::sync::Arc;

use azuma_tests::Database;
use azuma_tests::fault::Fault;
use azuma_tests::server::Setup;
use azuma_tests::sqlite::SqliteFile;
use fastrand::Rng;

use super::super::node::Node;
use super::super::strike::{Part, Strike};
use super::commands::commands_beside;
use super::disk::Disk;
use super::{Script, Smtp, System, settings};

/// Servers on one SQLite file.
pub struct OnSqlite {
    disk: Disk,
    file: SqliteFile,
    setup: Setup,
    nodes: Vec<Arc<Node>>,
    smtp: Smtp,
}

impl OnSqlite {
    /// Starts so many.
    pub fn start(count: usize) -> Self {
        Self::start_from(settings(Database::Sqlite.server()), count)
    }

    /// Starts so many, all with this defect.
    pub fn with_defect(count: usize, defect: &str) -> Self {
        let first = settings(Database::Sqlite.server());
        Self::start_from(first.with_defect(defect), count)
    }

    fn start_from(first: Setup, count: usize) -> Self {
        let disk = Disk::mount();
        let file = disk.path().join("azuma.db");
        let setup = first
            .with_disk(disk.failing())
            .set("database.url", &format!("sqlite://{}", file.display()));
        let beside = setup.elsewhere();
        let setups = (0..count).map(|number| match number {
            0 => setup.elsewhere().with_log(disk.path().join("log")),
            _ => setup.elsewhere(),
        });
        let smtp = Smtp::start(count);
        Self {
            file: SqliteFile::at(file),
            setup: beside,
            nodes: setups
                .enumerate()
                .map(|(number, setup)| Node::start(number, smtp.settings(number, setup)))
                .collect(),
            disk,
            smtp,
        }
    }
}

impl System for OnSqlite {
    fn nodes(&self) -> &[Arc<Node>] {
        &self.nodes
    }

    fn smtp(&self) -> &Smtp {
        &self.smtp
    }

    fn any_strike(&self, rng: &mut Rng) -> Strike {
        let number = rng.usize(0..self.nodes.len());
        match rng.u8(0..8) {
            0..3 => self.nodes[number].any_strike(rng),
            3 => commands_beside(&self.setup),
            4 => {
                let (file, copy) = (self.file.clone(), self.setup.home().join("copy.db"));
                Strike::new("sqlite3 reads and copies", Part::File, move || {
                    read_beside(file, copy)
                })
            }
            _ => {
                let file = self.file.clone();
                // The log has no room that it could use again.
                self.disk.any_strike(Part::File, rng, move || {
                    file.ask("PRAGMA wal_checkpoint(TRUNCATE);");
                })
            }
        }
    }

    fn try_ask(&self, script: &Script) -> Result<String, String> {
        self.file.try_ask(script.sqlite)
    }
}

/// A program beside the servers reads the file and copies it, again and again.
fn read_beside(file: SqliteFile, copy: PathBuf) -> Fault {
    Fault::repeating(move || {
        file.ask("SELECT count(*) FROM sessions;");
        file.ask(&format!(".backup '{}'", copy.display()));
    })
}
