//! A cluster of two Postgres servers that Patroni runs: it promotes the standby when the primary is lost.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use super::psql::try_sql;
use super::{INSTALLATION, lock};
use crate::addresses::own_address;
use crate::deadline::Deadline;
use crate::process::{self, Signal, wait_until_it_listens};
use crate::scratch;

const NAMES: [&str; 2] = ["one", "two"];
const DATABASE: &str = "azuma";
/// The port of Patroni's API on a member's address.
const API: u16 = 8008;

/// etcd, which knows who leads, and the two members. A commit is acknowledged once both members have it, if both run. All
/// of them end when this is dropped.
#[derive(Debug)]
pub struct Patroni {
    etcd: Child,
    members: [Member; 2],
}

/// A Postgres server and the Patroni beside it.
#[derive(Debug)]
struct Member {
    directory: PathBuf,
    address: SocketAddr,
    process: Mutex<Option<Child>>,
}

impl Patroni {
    /// Starts all, with an empty database.
    pub fn start() -> Self {
        let directory = scratch::fresh_directory("patroni");
        INSTALLATION.give(&directory);
        let store = own_address(2379);
        let etcd = start_etcd(&directory, store);
        let members = NAMES.map(|name| Member::create(name, &directory, store));
        let patroni = Self { etcd, members };
        for member in &patroni.members {
            member.start();
        }
        patroni.settle();
        let created =
            patroni.run_on_the_primary("postgres", &format!("CREATE DATABASE {DATABASE};"));
        created.unwrap_or_else(|reason| panic!("{reason}"));
        patroni.wait_for_the_database();
        patroni
    }

    /// The standby may have it later, and a server that asks the standby first would not find it.
    fn wait_for_the_database(&self) {
        let deadline = Deadline::in_seconds(30);
        for member in &self.members {
            let url = format!("postgres://postgres@{}/{DATABASE}", member.address);
            while let Err(reason) = try_sql(&url, "SELECT 1;") {
                assert!(!deadline.is_over(), "{reason}");
                deadline.step_blocking();
            }
        }
    }

    /// The URL of the database, with both members in it.
    pub fn database_url(&self) -> String {
        self.url(DATABASE)
    }

    /// Runs a psql script in the database, wherever it is written.
    ///
    /// # Errors
    ///
    /// What psql says.
    pub fn try_sql(&self, script: &str) -> Result<String, String> {
        self.run_on_the_primary(DATABASE, script)
    }

    /// Kills the primary with its Patroni, as the loss of its machine would, and waits until the standby is the primary.
    /// Returns the number of the lost member.
    pub fn lose_the_primary(&self) -> usize {
        let lost = self.primary();
        self.members[lost].kill();
        self.wait_for(1 - lost, "/primary");
        lost
    }

    /// Starts a lost member again, and waits until it has all that the other one has.
    pub fn resume(&self, member: usize) {
        self.members[member].start();
        self.settle();
    }

    /// Has the two change roles, as an operator does before maintenance.
    pub fn switch_over(&self) {
        let leader = self.primary();
        let (from, to) = (NAMES[leader], NAMES[1 - leader]);
        let body = format!(r#"{{"leader": "{from}", "candidate": "{to}"}}"#);
        let status = self.members[leader].ask("POST", "/switchover", &body);
        assert_eq!(status, Some(200), "the switchover: {}", self.logs());
        self.wait_for(1 - leader, "/primary");
        self.settle();
    }

    /// Stops etcd in the middle of whatever it does until it is told to go on.
    pub fn signal_etcd(&self, signal: Signal) {
        process::send(&self.etcd, signal);
    }

    /// Waits until one member leads and the other is its synchronous standby.
    pub fn settle(&self) {
        let leader = self.primary();
        self.wait_for(1 - leader, "/sync");
    }

    fn run_on_the_primary(&self, database: &str, script: &str) -> Result<String, String> {
        let url = self.url(database);
        try_sql(&format!("{url}?target_session_attrs=read-write"), script)
    }

    fn url(&self, database: &str) -> String {
        let [one, two] = &self.members;
        format!(
            "postgres://postgres@{},{}/{database}",
            one.address, two.address
        )
    }

    /// The number of the member that leads, once there is one.
    fn primary(&self) -> usize {
        let leads = |member: &Member| member.ask("GET", "/primary", "") == Some(200);
        let deadline = Deadline::in_seconds(60);
        loop {
            if let Some(number) = self.members.iter().position(leads) {
                return number;
            }
            assert!(!deadline.is_over(), "nobody leads: {}", self.logs());
            deadline.step_blocking();
        }
    }

    /// Waits until a member says that it has a role. Half a minute is what operators are promised.
    fn wait_for(&self, member: usize, role: &str) {
        let deadline = Deadline::in_seconds(30);
        while self.members[member].ask("GET", role, "") != Some(200) {
            let name = NAMES[member];
            assert!(!deadline.is_over(), "{name} is not {role}: {}", self.logs());
            deadline.step_blocking();
        }
    }

    fn logs(&self) -> String {
        let logs = self
            .members
            .iter()
            .map(|member| member.directory.join("log"));
        logs.map(|log| fs::read_to_string(log).unwrap_or_default())
            .collect()
    }
}

impl Drop for Patroni {
    fn drop(&mut self) {
        for member in &self.members {
            member.kill();
        }
        let _ = self.etcd.kill();
        let _ = self.etcd.wait();
    }
}

fn start_etcd(directory: &Path, address: SocketAddr) -> Child {
    let url = format!("http://{address}");
    let peers = format!("http://{}:2380", address.ip());
    let mut command = INSTALLATION.installed("etcd");
    command
        .arg("--data-dir")
        .arg(directory.join("etcd"))
        .args([
            "--listen-client-urls",
            &url,
            "--advertise-client-urls",
            &url,
        ])
        .args([
            "--listen-peer-urls",
            &peers,
            "--initial-advertise-peer-urls",
            &peers,
        ])
        .args(["--initial-cluster", &format!("default={peers}")])
        .arg("--unsafe-no-fsync");
    let mut etcd = spawn(command, &directory.join("etcd.log"), Signal::Kill);
    wait_until_it_listens("etcd", &mut etcd, address);
    etcd
}

impl Member {
    fn create(name: &str, directory: &Path, store: SocketAddr) -> Self {
        let directory = directory.join(name);
        fs::create_dir(&directory).expect("a new directory");
        INSTALLATION.give(&directory);
        let member = Self {
            address: own_address(5432),
            directory,
            process: Mutex::new(None),
        };
        fs::write(member.configuration(), member.settings(name, store)).expect("a file");
        member
    }

    fn configuration(&self) -> PathBuf {
        self.directory.join("patroni.yml")
    }

    fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// The times are the shortest that Patroni and etcd take, so that a failover takes seconds.
    fn settings(&self, name: &str, store: SocketAddr) -> String {
        let (directory, data, address) = (&self.directory, self.data(), self.address);
        let api = self.api();
        let (directory, data) = (directory.display(), data.display());
        let programs = INSTALLATION.programs().display();
        format!(
            r#"
scope: azuma
name: {name}
restapi: {{listen: "{api}", connect_address: "{api}"}}
etcd3: {{hosts: "{store}"}}
bootstrap:
  dcs:
    ttl: 6
    loop_wait: 1
    retry_timeout: 2
    failsafe_mode: true
    synchronous_mode: true
    postgresql:
      use_pg_rewind: true
      parameters: {{max_connections: 200, fsync: "off", wal_log_hints: "on"}}
  initdb: [{{encoding: UTF8}}, {{locale: C}}, {{auth: trust}}, no-sync]
postgresql:
  listen: "{address}"
  connect_address: "{address}"
  data_dir: {data}
  bin_dir: {programs}
  pgpass: {directory}/pgpass
  pg_hba: ["local all all trust", "host all all all trust", "host replication all all trust"]
  authentication:
    superuser: {{username: postgres}}
    replication: {{username: postgres}}
    rewind: {{username: postgres}}
  parameters: {{unix_socket_directories: "{directory}"}}
  remove_data_directory_on_rewind_failure: true
  remove_data_directory_on_diverged_timelines: true
"#
        )
    }

    fn start(&self) {
        let mut command = INSTALLATION.installed("patroni");
        command.arg(self.configuration());
        // It ends Postgres when it ends.
        let process = spawn(command, &self.directory.join("log"), Signal::Terminate);
        *lock(&self.process) = Some(process);
    }

    /// Kills Patroni first, which would start Postgres again.
    fn kill(&self) {
        if let Some(mut patroni) = lock(&self.process).take() {
            let _ = patroni.kill();
            let _ = patroni.wait();
        }
        let lock_file = fs::read_to_string(self.data().join("postmaster.pid"));
        let first = lock_file.unwrap_or_default().lines().next().map(str::parse);
        if let Some(Ok(postgres)) = first {
            process::send_to(postgres, Signal::Kill);
        }
    }

    fn api(&self) -> SocketAddr {
        SocketAddr::new(self.address.ip(), API)
    }

    /// The status with which its Patroni answers, if it does.
    fn ask(&self, method: &str, path: &str, body: &str) -> Option<u16> {
        let mut connection = TcpStream::connect(self.api()).ok()?;
        let length = body.len();
        let request = format!("{method} {path} HTTP/1.0\r\nContent-Length: {length}\r\n\r\n{body}");
        connection.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer).ok()?;
        answer.split(' ').nth(1)?.parse().ok()
    }
}

fn spawn(mut command: Command, log: &Path, farewell: Signal) -> Child {
    let opened = File::options().create(true).append(true).open(log);
    let opened = opened.unwrap_or_else(|error| panic!("cannot open {}: {error}", log.display()));
    let errors = opened.try_clone().expect("a second descriptor");
    command
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(opened)
        .stderr(errors);
    process::spawn(command, farewell)
        .unwrap_or_else(|error| panic!("cannot run {}: {error}", log.display()))
}
