//! Litestream, which copies an SQLite database to another place while servers write to it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::process::{self, Signal};
use crate::scratch;
use crate::server::Server;

/// A running Litestream. It is killed when dropped.
#[derive(Debug)]
pub struct Litestream {
    process: Child,
    configuration: PathBuf,
    database: PathBuf,
}

impl Litestream {
    /// Copies the database of a server to a directory, ten times a second.
    pub fn beside(server: &Server) -> Self {
        let home = scratch::fresh_directory("litestream");
        let database = server.data().join("azuma.db");
        let configuration = home.join("litestream.yml");
        let text = format!(
            "dbs:\n  - path: {}\n    replica:\n      path: {}\n      sync-interval: 100ms\n",
            database.display(),
            home.join("replica").display()
        );
        fs::write(&configuration, text).expect("a writable directory");
        let mut command = litestream();
        command
            .args(["replicate", "-config"])
            .arg(&configuration)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let process = process::spawn(command, Signal::Kill)
            .unwrap_or_else(|error| panic!("cannot run litestream: {error}"));
        Self {
            process,
            configuration,
            database,
        }
    }

    /// Kills it, as `kill -9` does.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Restores the copy to this file, which is new.
    ///
    /// # Errors
    ///
    /// What it says, such as that it has no copy yet.
    pub fn restore(&self, to: &Path) -> Result<(), String> {
        let output = litestream()
            .args(["restore", "-config"])
            .arg(&self.configuration)
            .arg("-o")
            .arg(to)
            .arg(&self.database)
            .output()
            .unwrap_or_else(|error| panic!("cannot run litestream: {error}"));
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }
}

impl Drop for Litestream {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The one that `scripts/install` installs.
fn litestream() -> Command {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let workspace = workspace.expect("the tests are in the workspace");
    Command::new(workspace.join("target/litestream/bin/litestream"))
}
