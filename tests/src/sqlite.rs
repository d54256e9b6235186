//! An SQLite file as other programs see it: Debian's `sqlite3`, and the kernel.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

/// The database file of a server.
#[derive(Clone, Debug)]
pub struct SqliteFile(PathBuf);

impl SqliteFile {
    /// The file at this path.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A file beside it, such as `azuma.db-wal` for `-wal`.
    pub fn companion(&self, suffix: &str) -> PathBuf {
        let mut path = self.0.as_os_str().to_owned();
        path.push(suffix);
        path.into()
    }

    /// A connection to it, which waits while somebody locks it: a server also does so when it opens a connection.
    pub fn connect(&self) -> SqliteConnection {
        let path = self.0.display();
        let mut connection = SqliteConnection::establish(&path.to_string())
            .unwrap_or_else(|error| panic!("cannot open {path}: {error}"));
        connection
            .batch_execute("PRAGMA busy_timeout = 30000")
            .unwrap_or_else(|error| panic!("cannot set up {path}: {error}"));
        connection
    }

    /// Runs `sqlite3` on it; what it printed, without the last line end.
    pub fn ask(&self, command: &str) -> String {
        self.try_ask(command)
            .unwrap_or_else(|reason| panic!("{reason}"))
    }

    /// The same while something about the file may be broken.
    ///
    /// # Errors
    ///
    /// What `sqlite3` says.
    pub fn try_ask(&self, command: &str) -> Result<String, String> {
        let output = Command::new("sqlite3")
            .args(["-cmd", ".timeout 10000"])
            .arg(&self.0)
            .arg(command)
            .output()
            .unwrap_or_else(|error| panic!("cannot run sqlite3: {error}"));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        match output.status.success() && output.stderr.is_empty() {
            true => Ok(said.trim_end().to_owned()),
            false => {
                let errors = String::from_utf8_lossy(&output.stderr);
                Err(format!("{command}: {said}{errors}"))
            }
        }
    }

    /// How many users it has, as `sqlite3` counts them.
    pub fn users(&self) -> usize {
        let count = self.ask("SELECT count(*) FROM users");
        count.parse().expect("a number")
    }

    /// The locks that a process holds on it, as the kernel knows them: `READ` or `WRITE` for each.
    pub fn locks_of(&self, process: u32) -> Vec<String> {
        let inode = fs::metadata(&self.0).expect("the file is there").ino();
        let (process, inode) = (process.to_string(), format!(":{inode}"));
        let locks = fs::read_to_string("/proc/locks").expect("/proc/locks");
        locks
            .lines()
            .filter_map(|line| {
                // 1: POSIX  ADVISORY  READ 1234 fe:00:567 1073741826 1073742335
                let words: Vec<&str> = line.split_whitespace().collect();
                let [_, "POSIX", _, kind, owner, file, ..] = words[..] else {
                    return None;
                };
                (owner == process && file.ends_with(&inode)).then(|| kind.to_owned())
            })
            .collect()
    }
}

/// The files that a process has open and that have no name any more.
pub fn nameless_files_of(process: u32) -> Vec<PathBuf> {
    let open = fs::read_dir(format!("/proc/{process}/fd")).expect("the process runs");
    open.flatten()
        .filter_map(|descriptor| fs::read_link(descriptor.path()).ok())
        .filter(|target| target.to_string_lossy().ends_with(" (deleted)"))
        .collect()
}
