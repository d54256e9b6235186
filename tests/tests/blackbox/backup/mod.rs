//! `azuma backup`, `azuma restore`, and the tools that back up and restore beside them.

mod litestream;
mod make;
mod postgres;
mod refusals;
mod restore;
mod revived;

use std::fs;
use std::path::{Path, PathBuf};

use azuma_tests::Database;
use azuma_tests::people::Person;
use azuma_tests::server::{Finished, Server, Setup};
use azuma_tests::sqlite::SqliteFile;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A backup in a directory.
struct Backup(PathBuf);

impl Backup {
    /// Backs up what a setup names, as a directory `name` in its working directory.
    fn of(setup: &Setup, name: &str) -> Self {
        setup.run(&["backup", name]).success();
        Self(setup.home().join(name))
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("a plain path")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn database(&self) -> SqliteFile {
        SqliteFile::at(self.file("azuma.db"))
    }

    fn manifest(&self) -> Value {
        let text = fs::read_to_string(self.file("manifest.json")).expect("a manifest");
        serde_json::from_str(&text).expect("JSON")
    }

    fn write_manifest(&self, manifest: &Value) {
        fs::write(self.file("manifest.json"), manifest.to_string()).expect("a writable file");
    }

    /// Changes the database and has the manifest say so, as the release would that made such a backup.
    fn change(&self, script: &str) {
        self.database().ask(script);
        let bytes = fs::read(self.file("azuma.db")).expect("a database");
        let digits: String = Sha256::digest(&bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let mut manifest = self.manifest();
        manifest["files"]["azuma.db"] = json!({"bytes": bytes.len(), "sha256": digits});
        let versions = self
            .database()
            .ask("SELECT version FROM __diesel_schema_migrations ORDER BY version");
        manifest["schema"] = versions.lines().collect();
        let rows = manifest["rows"].as_object_mut().expect("tables");
        let tables = self
            .database()
            .ask("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
        rows.retain(|table, _| tables.lines().any(|there| there == table));
        for table in tables.lines() {
            let count = self
                .database()
                .ask(&format!("SELECT count(*) FROM {table}"));
            rows.insert(
                table.to_owned(),
                count.parse::<u64>().expect("a number").into(),
            );
        }
        self.write_manifest(&manifest);
    }
}

/// A server on SQLite, and its database file.
fn server() -> (Server, SqliteFile) {
    let server = Database::Sqlite.server().start();
    let file = SqliteFile::at(server.data().join("azuma.db"));
    (server, file)
}

/// Restores a backup to where a setup has its database, and ends all sessions.
fn restore(setup: &Setup, backup: &Backup, options: &[&str]) -> Finished {
    let arguments = ["restore", backup.path(), "--end-sessions"];
    setup.run(&[&arguments[..], options].concat())
}

/// The names of what is in a directory, in order.
fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn person(number: usize) -> Person {
    Person::named(&format!("user-{number}"))
}
