//! Throwaway Postgres clusters, made from the installed server.

mod connections;
mod copy;
mod crowd;
mod dump;
mod installation;
mod options;
mod patroni;
mod pgbouncer;
mod processes;
mod psql;
mod stops;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex};

pub use connections::Connections;
pub use copy::Copy;
use installation::Installation;
pub use options::Options;
pub use patroni::Patroni;
pub use pgbouncer::{PgBouncer, PoolMode};
use psql::try_sql;
pub use psql::{database_of, sql};
pub use stops::Stop;

use crate::addresses::{free_address, own_address};
use crate::certificates::Certificates;
use crate::deadline::Deadline;
use crate::disk::FailingDisk;
use crate::process::{self, Signal};
use crate::scratch;

static SHARED: LazyLock<Cluster> = LazyLock::new(|| {
    process::at_exit(|| SHARED.stop());
    Cluster::start()
});

/// The port of every cluster that has an address of its own: none that the kernel gives to others.
const PORT: u16 = 5432;

static INSTALLATION: LazyLock<Installation> = LazyLock::new(Installation::find);

/// A Postgres server of our own, on an address that it keeps while it is down; its only user, `postgres`, needs no
/// password.
///
/// It ends with this process. It never syncs to the disk, which makes it fast.
#[derive(Debug)]
pub struct Cluster {
    directory: PathBuf,
    data: PathBuf,
    disk: Option<FailingDisk>,
    address: Mutex<SocketAddr>,
    process: Mutex<Option<Child>>,
    certificates: Option<Certificates>,
    settings: Vec<String>,
    databases: AtomicU32,
}

impl Cluster {
    /// The cluster that the tests of this process share, each with databases of its own.
    pub fn shared() -> &'static Self {
        &SHARED
    }

    /// A cluster of the caller's own, to stop and start.
    pub fn start() -> Self {
        Options::default().start()
    }

    /// A cluster that accepts nothing but TLS over TCP, with a certificate for `localhost`.
    pub fn start_with_tls() -> Self {
        Options::default().with_tls().start()
    }

    fn create(options: Options) -> Self {
        let directory = scratch::fresh_directory("postgres");
        INSTALLATION.give(&directory);
        let data = options.data_in(&directory);
        if options.disk.is_some() {
            fs::create_dir(&data).expect("an empty disk");
            INSTALLATION.give(&data);
        }
        let mut initdb = INSTALLATION.program("initdb");
        initdb.args([
            "--no-sync",
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C",
        ]);
        if options.disk.is_some() {
            initdb.arg("--wal-segsize=1");
        }
        expect_success(initdb.arg("--pgdata").arg(&data), "initdb");

        let certificates = options.tls.then(|| {
            let certificates = Certificates::create(&directory);
            INSTALLATION.give(&certificates.key);
            let rules = "local all all trust\nhostssl all all all trust\n";
            fs::write(data.join("pg_hba.conf"), rules)
                .unwrap_or_else(|error| panic!("cannot write pg_hba.conf: {error}"));
            certificates
        });
        Self::begin(directory, certificates, options)
    }

    /// The first start of what is in a directory.
    fn begin(directory: PathBuf, certificates: Option<Certificates>, options: Options) -> Self {
        let cluster = Self {
            data: options.data_in(&directory),
            directory,
            disk: options.disk.map(|disk| disk.failing),
            address: Mutex::new(SocketAddr::from(([127, 0, 0, 1], PORT))),
            process: Mutex::new(None),
            certificates,
            settings: options.settings,
            databases: AtomicU32::new(0),
        };
        cluster.first_start(options.address);
        cluster
    }

    /// Where another process has taken the address, another one is tried.
    fn first_start(&self, fixed: Option<SocketAddr>) {
        for _ in 0..5 {
            // A certificate names `localhost`, which is an address that all share.
            let free = || match self.certificates {
                Some(_) => free_address(),
                None => own_address(PORT),
            };
            *lock(&self.address) = fixed.unwrap_or_else(free);
            if self.try_start() {
                return;
            }
        }
        panic!("Postgres does not start:\n{}", self.log());
    }

    /// Starts the server again after it was stopped, on the same address.
    pub fn resume(&self) {
        assert!(
            self.try_start(),
            "Postgres does not start again:\n{}",
            self.log()
        );
    }

    /// Whether the server got ready, rather than ended.
    fn try_start(&self) -> bool {
        let mut running = lock(&self.process);
        assert!(running.is_none(), "the cluster runs already");
        let mut child = process::spawn(self.server_command(), Signal::Quit)
            .unwrap_or_else(|error| panic!("cannot run postgres: {error}"));
        let deadline = Deadline::in_seconds(60);
        while !self.is_ready(&child) {
            if child.try_wait().is_ok_and(|status| status.is_some()) {
                return false;
            }
            assert!(
                !deadline.is_over(),
                "Postgres does not get ready:\n{}",
                self.log()
            );
            deadline.step_blocking();
        }
        *running = Some(child);
        true
    }

    fn server_command(&self) -> Command {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.directory.join("log"))
            .unwrap_or_else(|error| panic!("cannot open the log of Postgres: {error}"));
        let address = self.address();
        let mut settings = vec![
            format!("listen_addresses={}", address.ip()),
            format!("port={}", address.port()),
            format!("unix_socket_directories={}", self.directory.display()),
        ];
        settings.extend(self.settings.iter().cloned());
        if let Some(certificates) = &self.certificates {
            settings.push("ssl=on".to_owned());
            settings.push(format!(
                "ssl_cert_file={}",
                certificates.certificate.display()
            ));
            settings.push(format!("ssl_key_file={}", certificates.key.display()));
        }
        let mut command = INSTALLATION.program("postgres");
        command.arg("-D").arg(self.data());
        for setting in settings {
            command.arg("-c").arg(setting);
        }
        if let Some(disk) = &self.disk {
            command.envs(disk.environment());
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        command
    }

    /// The first line of the server's lock file names its process, which tells it from one that was killed; the eighth
    /// line tells its state.
    fn is_ready(&self, child: &Child) -> bool {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        let lines: Vec<&str> = file.lines().map(str::trim).collect();
        let id = child.id().to_string();
        lines.first() == Some(&id.as_str()) && lines.get(7) == Some(&"ready")
    }

    /// Creates an empty database and returns its URL.
    pub fn create_database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("azuma_{number}");
        self.sql("postgres", &format!("CREATE DATABASE {name};"));
        match &self.certificates {
            None => format!("postgres://postgres@{}/{name}", self.address()),
            Some(certificates) => format!(
                "postgres://postgres@localhost:{}/{name}?sslmode=verify-full&sslrootcert={}",
                self.address().port(),
                certificates.authority.display()
            ),
        }
    }

    /// Runs a psql script in a database of this cluster and returns what it prints, one row a line.
    pub fn sql(&self, database: &str, script: &str) -> String {
        self.try_sql(database, script)
            .unwrap_or_else(|reason| panic!("{reason}"))
    }

    /// The same while the server may be down.
    ///
    /// # Errors
    ///
    /// What psql says.
    pub fn try_sql(&self, database: &str, script: &str) -> Result<String, String> {
        let directory = self.directory.display();
        let port = self.address().port();
        let place = format!("host={directory} port={port} user=postgres dbname={database}");
        try_sql(&place, script)
    }

    /// The certificate files, where the cluster speaks TLS.
    pub fn certificates(&self) -> Option<&Certificates> {
        self.certificates.as_ref()
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        *lock(&self.address)
    }

    /// The server's directory, which its socket is in.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    fn data(&self) -> &Path {
        &self.data
    }

    fn log(&self) -> String {
        fs::read_to_string(self.directory.join("log")).unwrap_or_default()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop_by(Stop::Immediate);
        // What is left is removed with the scratch directory.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn expect_success(command: &mut Command, name: &str) {
    checked(command.current_dir("/").output(), name);
}

fn checked(output: std::io::Result<Output>, name: &str) -> Output {
    succeeded(output, name).unwrap_or_else(|reason| panic!("{reason}"))
}

fn succeeded(output: std::io::Result<Output>, name: &str) -> Result<Output, String> {
    let output = output.map_err(|error| format!("cannot run {name}: {error}"))?;
    match output.status.success() {
        true => Ok(output),
        false => {
            let errors = String::from_utf8_lossy(&output.stderr);
            Err(format!("{name} failed: {errors}"))
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
