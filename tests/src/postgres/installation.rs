//! Finds the installed Postgres server and the user it runs as.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const MISSING: &str = "the tests need a Postgres server: apt-get install postgresql";

/// The programs of one Postgres version, and the user to run them as.
#[derive(Debug)]
pub struct Installation {
    programs: PathBuf,
    user: Option<User>,
}

/// A system user, as in `/etc/passwd`.
#[derive(Clone, Copy, Debug)]
pub struct User {
    /// The user id.
    pub uid: u32,
    /// The id of the user's own group.
    pub gid: u32,
}

impl Installation {
    /// The newest server found in `PATH` or where Debian installs it.
    pub fn find() -> Self {
        let programs = program_directories()
            .into_iter()
            .find(|directory| directory.join("postgres").exists())
            .unwrap_or_else(|| panic!("{MISSING}"));
        Self {
            programs,
            user: unprivileged_user(),
        }
    }

    /// Where its programs are.
    pub fn programs(&self) -> &Path {
        &self.programs
    }

    /// One of its programs, run as the `postgres` user where we are root (the server refuses to be root).
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        if let Some(user) = self.user {
            // libpq looks for certificates in the home directory, which would be ours.
            command.uid(user.uid).gid(user.gid).env_remove("HOME");
        }
        command
    }

    /// Another program of the system's, run as that user.
    pub fn installed(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        if let Some(user) = self.user {
            command.uid(user.uid).gid(user.gid);
        }
        command
    }

    /// Hands a file or directory to the user that the programs run as.
    pub fn give(&self, path: &Path) {
        if let Some(user) = self.user {
            std::os::unix::fs::chown(path, Some(user.uid), Some(user.gid))
                .unwrap_or_else(|error| panic!("cannot hand over {}: {error}", path.display()));
        }
    }
}

/// Where `initdb` is, its links followed: distributions link it without the programs it needs beside it.
fn program_directories() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut directories: Vec<PathBuf> = std::env::split_paths(&path)
        .filter_map(|directory| directory.join("initdb").canonicalize().ok())
        .filter_map(|initdb| initdb.parent().map(Path::to_path_buf))
        .collect();
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_string_lossy().parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    directories.extend(versions.into_iter().rev().map(|(_, directory)| directory));
    directories
}

fn unprivileged_user() -> Option<User> {
    // SAFETY: geteuid has no arguments and cannot fail.
    if unsafe { libc::geteuid() } != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let user = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == "postgres").then_some(())?;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(User { uid, gid })
    });
    Some(user.unwrap_or_else(|| panic!("there is no user postgres; {MISSING}")))
}
