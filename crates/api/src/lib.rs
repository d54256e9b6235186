//! Azuma over HTTP: configuration, command line and the binary.
//!
//! | module | holds |
//! |---|---|
//! | [`cli`], [`config`] | the command line and the configuration |
//! | `commands` | the commands, a file each |
//! | `wiring` | assembles the server from `azuma-infra`'s implementations |
//! | `events` | how events of the audit trail are printed |
//! | `listener` | the listening sockets and the admission of connections |
//! | `server` | the HTTP server over the use cases |
//! | `workers` | the background tasks |
//! | `telemetry` | the log |
//! | `signals`, `open_files` | signals, and the limit to open files |
//! | `service_manager` | what systemd is told |
//! | `dialects` | the HTTP APIs, a folder each |
//! | `forward_auth` | tells proxies whose a request is |
//! | `health` | the routes that tell whether the server works |
//! | `metrics` | what is counted, for Prometheus |
//! | `traces` | spans of requests, for a collector |
//! | `openapi` | what the routes take and answer, as `OpenAPI` |
//! | `pages` | the HTML pages: one's account, registration, and those that mails link to |
//! | `http` | what the dialects share |

pub mod cli;
mod commands;
pub mod config;
mod dialects;
mod events;
mod forward_auth;
mod health;
mod http;
mod listener;
mod metrics;
mod open_files;
mod openapi;
mod pages;
mod server;
mod service_manager;
mod signals;
mod telemetry;
mod traces;
mod wiring;
#[cfg(test)]
mod words;
mod workers;

use std::error::Error;
use std::io::{Write, stderr};
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::thread;

use clap::Parser;

use cli::{Cli, Command};
use commands::Failure;
use config::Config;

/// Runs the command line. A failure prints one sentence on standard error.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match execute(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(format!("azuma: {error}\n"));
            ExitCode::from(Failure::exit_code(&*error))
        }
    }
}

/// Prints a text on standard error. Returns after one second even if nobody reads the text.
fn print_error(text: String) {
    let (done, printed) = channel();
    let printer = thread::Builder::new().spawn(move || {
        // If this fails, there is no other place for the text.
        let _ = stderr().write_all(text.as_bytes());
        let _ = done.send(());
    });
    if printer.is_ok() {
        let _ = printed.recv_timeout(telemetry::LAST_LINES);
    }
}

fn execute(cli: &Cli) -> Result<(), Box<dyn Error>> {
    let config = || -> Result<Config, Box<dyn Error>> {
        let settings = config::settings_among(std::env::vars_os())?;
        Ok(Config::load(cli.config.as_deref(), settings)?)
    };
    match cli.command() {
        Command::Mail(task) => commands::mail::run(&config()?, task),
        Command::Import(task) => commands::import::run(&config()?, &task),
        Command::Invite(task) => commands::invite::run(&config()?, task),
        Command::Key(task) => commands::key::run(&config()?, &task),
        Command::User(task) => commands::user::run(&config()?, task),
        Command::Service(task) => commands::service::run(&config()?, task),
        Command::Audit(query) => commands::audit::run(&config()?, query),
        Command::Backup(task) => commands::backup::run(&config()?, &task),
        Command::Restore(task) => commands::restore::run(&config()?, &task),
        Command::Copy(task) => commands::copy::run(&task),
        Command::Session(task) => commands::session::run(&config()?, task),
        Command::Serve => commands::serve::run(&config()?),
        Command::Migrate(task) => commands::migrate::run(&config()?, task),
        Command::Config => commands::config::run(&config()?),
        Command::Doctor(output) => commands::doctor::run(config(), output.into()),
        Command::Health => commands::health::run(&config()?),
        Command::Completions { shell } => commands::completions::run(shell),
        Command::Man { directory } => commands::man::run(&directory),
    }
}
