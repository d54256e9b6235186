//! How a server is configured before it starts.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use super::{Activation, Finished, Hosts, Release, Server, binary, elsewhere, terminal};
use crate::addresses::free_address;
use crate::clock::Clock;
use crate::disk::FailingDisk;
use crate::scratch;
use crate::service_manager::ServiceManager;

/// A key for tests that set none of their own; Postgres has no default.
const SECRET_KEY: &str = "dGVzdHMgdGVzdHMgdGVzdHMgdGVzdHMgdGVzdHMhISE=";

/// A server's settings and its working directory.
///
/// Settings reach the server through its environment, as `AZUMA_…`, and no other `AZUMA_` variable does.
#[derive(Clone, Debug)]
pub struct Setup {
    release: Release,
    environment: BTreeMap<String, String>,
    /// Arguments of `prlimit`.
    limits: Vec<String>,
    log: Option<PathBuf>,
    activation: Option<Activation>,
    hosts: Option<Hosts>,
    home: Arc<Home>,
}

/// A working directory, removed with the last setup or server that uses it.
#[derive(Debug)]
struct Home(PathBuf);

impl Drop for Home {
    fn drop(&mut self) {
        // What is left is removed with the scratch directory.
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Setup {
    /// A server in an empty directory, with nothing configured.
    pub fn bare() -> Self {
        Self {
            release: Release::default(),
            environment: BTreeMap::new(),
            limits: Vec::new(),
            log: None,
            activation: None,
            hosts: None,
            home: Arc::new(Home(scratch::fresh_directory("server"))),
        }
    }

    /// A server on a port of its own, with the embedded database.
    pub fn sqlite() -> Self {
        Self::bare().set("http.listen", "127.0.0.1:0")
    }

    /// A server on a port of its own, with a database in Postgres.
    pub fn postgres(url: &str) -> Self {
        Self::sqlite()
            .set("database.url", url)
            .set("secret_key", SECRET_KEY)
    }

    /// Makes password hashes cheap and switches off the abuse guard.
    #[must_use]
    pub fn for_tests(self) -> Self {
        self.set("abuse.enabled", "false")
            .set("passwords.memory_kib", "64")
            .set("passwords.iterations", "1")
    }

    /// Sets a key of the configuration, such as `sessions.rotating.renew_within`.
    #[must_use]
    pub fn set(mut self, key: &str, value: &str) -> Self {
        self.environment.insert(variable(key), value.to_owned());
        self
    }

    /// Leaves a key to its default again.
    #[must_use]
    pub fn unset(mut self, key: &str) -> Self {
        self.environment.remove(&variable(key));
        self
    }

    /// Sets the server's clock this many days ahead of the machine's.
    #[must_use]
    pub fn with_clock_ahead(mut self, days: u32) -> Self {
        for (name, value) in [
            ("LD_PRELOAD", binary::libfaketime().to_owned()),
            ("FAKETIME", format!("+{days}d")),
            ("DONT_FAKE_MONOTONIC", "1".to_owned()),
        ] {
            self.environment.insert(name.to_owned(), value);
        }
        self
    }

    /// Makes the server's clock the machine's again, after [`Setup::with_clock_ahead`].
    #[must_use]
    pub fn with_the_machines_clock(mut self) -> Self {
        self.environment.remove("LD_PRELOAD");
        self
    }

    /// Starts with a defect: one of `azuma_domain::mutants`, by its name.
    #[must_use]
    pub fn with_defect(mut self, name: &str) -> Self {
        self.environment
            .insert("MUTANT_UNDER_TEST".to_owned(), name.to_owned());
        self
    }

    /// Starts the binary of this release.
    #[must_use]
    pub fn of_release(mut self, release: Release) -> Self {
        self.release = release;
        self
    }

    /// Which release it starts.
    pub fn release(&self) -> Release {
        self.release
    }

    /// Has the server read this clock.
    #[must_use]
    pub fn with_clock(mut self, clock: &Clock) -> Self {
        for (name, value) in clock.environment() {
            self.environment.insert(name.to_owned(), value);
        }
        self
    }

    /// Has the server write to a disk that can fail.
    #[must_use]
    pub fn with_disk(mut self, disk: &FailingDisk) -> Self {
        for (name, value) in disk.environment() {
            self.environment.insert(name.to_owned(), value);
        }
        self
    }

    /// Has the server tell this service manager what it does, and that it lives in each such time.
    #[must_use]
    pub fn managed_by(mut self, manager: &ServiceManager, watchdog: Duration) -> Self {
        for (name, value) in manager.environment(watchdog) {
            self.environment.insert(name.to_owned(), value);
        }
        self
    }

    /// Has the server print to the end of this file. It listens on a port that is free now.
    #[must_use]
    pub fn with_log(mut self, path: impl Into<PathBuf>) -> Self {
        self.log = Some(path.into());
        self.set("http.listen", &free_address().to_string())
    }

    pub(super) fn log(&self) -> Option<&Path> {
        self.log.as_deref()
    }

    /// What a key is set to.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.environment.get(&variable(key)).map(String::as_str)
    }

    /// Starts with this limit to open files (`ulimit -Sn`), which it may raise as far as `hard` (`ulimit -Hn`).
    #[must_use]
    pub fn open_files(mut self, soft: u32, hard: u32) -> Self {
        self.limits.push(format!("--nofile={soft}:{hard}"));
        self
    }

    /// Limits every file that it writes to this many bytes.
    #[must_use]
    pub fn file_size(mut self, bytes: u64) -> Self {
        self.limits.push(format!("--fsize={bytes}"));
        self
    }

    /// Starts where these are the names of hosts.
    #[must_use]
    pub fn with_hosts(mut self, hosts: &Hosts) -> Self {
        self.hosts = Some(hosts.clone());
        self
    }

    /// Starts as systemd starts it for a socket unit.
    #[must_use]
    pub fn activated(mut self, by: Activation) -> Self {
        self.activation = Some(by);
        self.set("http.listen", "systemd")
    }

    pub(super) fn stdin(&self) -> Stdio {
        let activation = self.activation.as_ref();
        activation.map_or_else(Stdio::null, Activation::stdin)
    }

    /// Makes the connection that systemd waits for, if it starts by one.
    pub(super) fn knock(&self) {
        if let Some(activation) = &self.activation {
            activation.knock();
        }
    }

    /// The same settings with another, empty working directory.
    #[must_use]
    pub fn elsewhere(&self) -> Self {
        Self {
            release: self.release,
            environment: self.environment.clone(),
            limits: self.limits.clone(),
            log: self.log.clone(),
            activation: self.activation.clone(),
            hosts: self.hosts.clone(),
            home: Self::bare().home,
        }
    }

    /// The working directory.
    pub fn home(&self) -> &Path {
        &self.home.0
    }

    /// Starts the server and waits until it listens.
    pub fn start(self) -> Server {
        Server::start(self)
    }

    /// Starts the server with its output going to `output`, on a free port instead of the one that is set, and waits
    /// until it listens.
    pub fn start_printing_to(self, output: &OwnedFd) -> Server {
        Server::start_printing_to(self, output)
    }

    /// Runs `azuma` with arguments until it ends by itself.
    pub fn run(&self, arguments: &[&str]) -> Finished {
        self.run_while(arguments, |_| {})
    }

    /// The same; `action` runs as soon as the process has started.
    pub fn run_while(&self, arguments: &[&str], action: impl FnOnce(&Child)) -> Finished {
        Finished::of(self.command_with(arguments), action)
    }

    /// The same; the command reads `input` from its standard input.
    pub fn run_reading(&self, arguments: &[&str], input: &str) -> Finished {
        Finished::of_reading(self.command_with(arguments), input)
    }

    /// Runs `azuma` on a terminal, where each of these lines is typed once the text before it is there. What it prints is all on
    /// the standard output.
    pub fn run_on_terminal(&self, arguments: &[&str], typed: &[(&str, &str)]) -> Finished {
        terminal::run(&self.command_with(arguments), typed)
    }

    /// Runs `azuma` with its output going to `output`.
    pub fn run_printing_to(&self, arguments: &[&str], output: &OwnedFd) -> ExitStatus {
        elsewhere::run(self.command_with(arguments), output)
    }

    fn command_with(&self, arguments: &[&str]) -> Command {
        let mut command = self.command();
        command.args(arguments);
        command
    }

    pub(super) fn command(&self) -> Command {
        // Each of the commands executes the next one in its place.
        let mut words: Vec<OsString> = Vec::new();
        words.extend(self.hosts.iter().flat_map(Hosts::words));
        if !self.limits.is_empty() {
            words.push("prlimit".into());
            words.extend(self.limits.iter().map(OsString::from));
        }
        let activation = self.activation.iter();
        words.extend(activation.flat_map(|by| by.words(&self.environment)));
        words.push(self.release.binary().into());
        let mut words = words.into_iter();
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AZUMA_") {
                command.env_remove(name);
            }
        }
        command.envs(&self.environment).current_dir(self.home());
        command
    }
}

/// The environment variable that sets a key.
pub fn variable(key: &str) -> String {
    format!("AZUMA_{}", key.replace('.', "__").to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::variable;

    #[test]
    fn a_key_is_an_environment_variable() {
        let name = "AZUMA_SESSIONS__ROTATING__RENEW_WITHIN";
        assert_eq!(variable("sessions.rotating.renew_within"), name);
    }
}
