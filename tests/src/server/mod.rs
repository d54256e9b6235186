//! The real binary, running.

mod activation;
mod binary;
mod elsewhere;
mod finished;
mod hosts;
mod output;
mod setup;
mod terminal;

use std::fs::{self, File};
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};

use reqwest::Method;
use serde::Serialize;

pub use activation::{Activation, Place};
pub use binary::{Release, azuma, chat_gateway, workspace};
pub use finished::Finished;
pub use hosts::Hosts;
pub use output::Output;
pub use setup::{Setup, variable};

use crate::addresses::free_address;
use crate::clients::{Account, Azuma, Http, Legacy, Request, Service};
use crate::deadline::Deadline;
use crate::mail::Mailbox;
use crate::process::{self, Signal};

/// A running server. It is killed when dropped.
#[derive(Debug)]
pub struct Server {
    setup: Setup,
    output: Output,
    process: Option<Child>,
    http: Http,
}

impl Server {
    pub(crate) fn start(setup: Setup) -> Self {
        let output = Output::default();
        let (process, place) = launch(&setup, &output).unwrap_or_else(|reason| panic!("{reason}"));
        Self {
            setup,
            output,
            process: Some(process),
            http: Http::at(&place),
        }
    }

    pub(crate) fn start_printing_to(setup: Setup, output: &OwnedFd) -> Self {
        // The test does not read the log, which would name the port.
        let address = free_address();
        let setup = setup.set("http.listen", &address.to_string());
        let process = elsewhere::launch(setup.command(), address, output)
            .unwrap_or_else(|reason| panic!("{reason}"));
        Self {
            setup,
            output: Output::default(),
            process: Some(process),
            http: Http::new(address),
        }
    }

    /// A client of the current API.
    pub fn azuma(&self) -> Azuma {
        Azuma::new(self.http.clone())
    }

    /// A client of the API under `/api`.
    pub fn legacy(&self) -> Legacy {
        Legacy::new(self.http.clone())
    }

    /// A client of the API under `/account`.
    pub fn account(&self) -> Account {
        Account::new(self.http.clone())
    }

    /// A client of the API under `/service`, with this token.
    pub fn service_with(&self, token: &str) -> Service {
        Service::new(self.http.clone(), token)
    }

    /// The same, with the token of a service that is created now.
    pub fn service(&self, name: &str) -> Service {
        let created = self.setup.run(&["service", "create", name]);
        self.service_with(created.token())
    }

    /// A request that no typed client would make.
    pub fn request(&self, method: Method, path: &str) -> Request {
        self.http.request(method, path)
    }

    /// A `GET` that no typed client would make.
    pub fn get(&self, path: &str) -> Request {
        self.http.get(path)
    }

    /// A `POST` of a value as JSON that no typed client would make.
    pub fn post(&self, path: &str, body: &impl Serialize) -> Request {
        self.http.post(path, body)
    }

    /// Where it listens, if not on a unix socket.
    pub fn address(&self) -> SocketAddr {
        self.http.address()
    }

    /// The mails it has written to files.
    pub fn mail(&self) -> Mailbox {
        Mailbox::in_directory(self.data().join("mail"))
    }

    /// The directory `data` in its working directory.
    pub fn data(&self) -> PathBuf {
        self.setup.home().join("data")
    }

    /// Its settings.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// All it has printed, over all its runs.
    pub fn output(&self) -> String {
        self.output.everything()
    }

    /// Waits until it has printed this.
    pub async fn prints(&self, words: &str) {
        let deadline = Deadline::in_seconds(40);
        while !self.output().contains(words) {
            let output = self.output();
            assert!(!deadline.is_over(), "no {words:?} in: {output}");
            deadline.step().await;
        }
    }

    /// The id of its process.
    pub fn process_id(&self) -> u32 {
        self.process.as_ref().map_or(0, Child::id)
    }

    /// Kills it, as `kill -9` does.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Stops it in its tracks, with SIGSTOP.
    pub fn pause(&self) {
        self.signal(Signal::Stop);
    }

    /// Continues it after [`Server::pause`].
    pub fn proceed(&self) {
        self.signal(Signal::Continue);
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        if let Some(process) = &self.process {
            process::send(process, signal);
        }
    }

    /// Asks it to stop, with SIGTERM, and waits until it has.
    pub async fn terminate(&mut self) -> ExitStatus {
        self.signal(Signal::Terminate);
        self.ended().await
    }

    /// Waits until it has ended.
    pub async fn ended(&mut self) -> ExitStatus {
        let Some(mut process) = self.process.take() else {
            panic!("the server does not run");
        };
        let deadline = Deadline::in_seconds(40);
        loop {
            if let Ok(Some(status)) = process.try_wait() {
                return status;
            }
            if deadline.is_over() {
                let _ = process.kill();
                let _ = process.wait();
                panic!("the server does not stop:\n{}", self.output());
            }
            deadline.step().await;
        }
    }

    /// Starts it again after it ended, on the same data. Clients made before know only the old port.
    pub fn start_again(&mut self) {
        self.try_start_again()
            .unwrap_or_else(|reason| panic!("{reason}"));
    }

    /// The same where it may end before it listens, because its database is down.
    ///
    /// # Errors
    ///
    /// What it printed.
    pub fn try_start_again(&mut self) -> Result<(), String> {
        assert!(self.process.is_none(), "the server still runs");
        let (process, place) = launch(&self.setup, &self.output)?;
        self.process = Some(process);
        self.http = Http::at(&place);
        Ok(())
    }

    /// Stops it in an orderly way and starts it again.
    pub async fn restart(&mut self) {
        self.terminate().await;
        self.start_again();
    }

    /// Stops it in an orderly way and starts it again with other settings.
    pub async fn reconfigure(&mut self, change: impl FnOnce(Setup) -> Setup) {
        self.terminate().await;
        self.change_setup(change);
        self.start_again();
    }

    /// Changes its settings after it ended, for its next start.
    pub fn change_setup(&mut self, change: impl FnOnce(Setup) -> Setup) {
        self.setup = change(self.setup.clone());
    }

    /// What a file in its working directory holds.
    pub fn file(&self, path: impl AsRef<Path>) -> Vec<u8> {
        let path = self.setup.home().join(path);
        fs::read(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Starts a server and waits until it listens. Where it does not: what it printed.
fn launch(setup: &Setup, output: &Output) -> Result<(Child, Place), String> {
    if let Some(log) = setup.log() {
        return launch_printing_to(log, setup);
    }
    let mut command = setup.command();
    command
        .stdin(setup.stdin())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut process = process::spawn(command, Signal::Kill)
        .unwrap_or_else(|error| panic!("cannot run azuma: {error}"));
    output.begin();
    if let (Some(stdout), Some(stderr)) = (process.stdout.take(), process.stderr.take()) {
        output.collect(stdout);
        output.collect(stderr);
    }
    setup.knock();
    let Some(place) = output.place() else {
        let _ = process.kill();
        let _ = process.wait();
        return Err(format!(
            "the server does not listen:\n{}",
            output.everything()
        ));
    };
    Ok((process, place))
}

/// The same where it prints to a file.
fn launch_printing_to(log: &Path, setup: &Setup) -> Result<(Child, Place), String> {
    let address = setup.get("http.listen").and_then(|text| text.parse().ok());
    let address = address.expect("an address");
    let file = File::options().create(true).append(true).open(log);
    let file = file.unwrap_or_else(|error| panic!("{}: {error}", log.display()));
    let process = elsewhere::launch(setup.command(), address, &file.into())?;
    Ok((process, Place::Tcp(address)))
}
