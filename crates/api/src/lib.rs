//! Azuma over HTTP: configuration, command line and the binary.
//!
//! | module | holds |
//! |---|---|
//! | [`cli`], [`config`] | what the binary is asked to do, and how |
//! | `commands` | what it then does, a file each |
//! | `wiring` | puts the real parts together; the only place that names `azuma-infra` |
//! | `listener` | where clients come in, and which are let in |
//! | `server` | the HTTP server over the use cases |
//! | `workers` | what goes on beside the requests |
//! | `telemetry` | the log |
//! | `signals`, `open_files` | what the system tells the process, and allows it |
//! | `dialects` | the three HTTP APIs, a folder each |
//! | `pages` | the pages that mails link to |
//! | `http` | what the dialects do alike |

pub mod cli;
mod commands;
pub mod config;
mod dialects;
mod http;
mod listener;
mod open_files;
mod pages;
mod server;
mod signals;
mod telemetry;
mod wiring;
mod workers;

use std::error::Error;
use std::io::{Write, stderr};
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::thread;

use clap::Parser;

use cli::{Cli, Command};
use config::Config;

/// Does what the command line says. A failure is one sentence on standard error.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match execute(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(format!("azuma: {error}\n"));
            ExitCode::FAILURE
        }
    }
}

/// Says something on standard error, and does not wait for ever for somebody to read it.
fn complain(sentence: String) {
    let (done, said) = channel();
    let speaker = thread::Builder::new().spawn(move || {
        // There is nobody else to tell.
        let _ = stderr().write_all(sentence.as_bytes());
        let _ = done.send(());
    });
    if speaker.is_ok() {
        let _ = said.recv_timeout(telemetry::LAST_WORDS);
    }
}

fn execute(cli: &Cli) -> Result<(), Box<dyn Error>> {
    let config = Config::load(
        cli.config.as_deref(),
        config::settings_among(std::env::vars_os())?,
    )?;
    match cli.command() {
        Command::Mail(task) => commands::mail::run(&config, task),
        Command::Session(task) => commands::session::run(&config, task),
        Command::Serve => commands::serve::run(&config),
        Command::Migrate => commands::migrate::run(&config),
        Command::Config => commands::config::run(&config),
    }
}
