//! The log.

use std::error::Error;
use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::Telemetry;

/// Sends log lines to standard output from now on.
pub fn start(config: &Telemetry) -> Result<(), Box<dyn Error>> {
    let filter = EnvFilter::try_new(config.log_filter.as_str())?;
    let lines = fmt().with_env_filter(filter);
    let terminal = std::io::stdout().is_terminal();
    let started = match config.log_format.is_json(terminal) {
        true => lines.json().flatten_event(true).try_init(),
        false => lines.with_ansi(terminal).try_init(),
    };
    started.map_err(|error| error as Box<dyn Error>)
}
