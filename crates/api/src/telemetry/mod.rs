//! The log. Writing it stops nobody's work: lines that standard output does not take are lost, and counted.
//!
//! | module | holds |
//! |---|---|
//! | `queue` | lines on their way to standard output |
//! | `request_span` | the id of its request on every line |
//! | `panics` | what the log says of a panic |

mod panics;
mod queue;
mod request_span;

use std::error::Error;
use std::fs::File;
use std::io::{IsTerminal, stdout};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Duration;

use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{LogFormat, Telemetry};
use queue::LogQueue;
pub use request_span::RequestId;
use request_span::{RequestSpans, WithRequestId};

/// How long the last words may take that a process says before it ends.
pub const LAST_WORDS: Duration = Duration::from_secs(1);

/// What the operator has to ask for by name: actix's errors, one for each malformed request, which anybody can send.
const ON_REQUEST: &str = "actix_http=off";

/// The log that was started. Dropped, it is finished.
#[derive(Clone)]
pub struct Log(Arc<LogQueue>);

impl Log {
    /// Waits until what was logged is written, for [`LAST_WORDS`] at the most.
    pub fn finish(&self) {
        self.0.wait_until_written(LAST_WORDS);
    }
}

/// Sends log lines to standard output from now on, panics among them.
pub fn start(config: &Telemetry) -> Result<Log, Box<dyn Error>> {
    let filter = EnvFilter::try_new(format!("{ON_REQUEST},{}", config.log_filter.as_str()))?;
    let terminal = stdout().is_terminal();
    let queue = LogQueue::start(File::from(stdout().as_fd().try_clone_to_owned()?))?;
    let lines = fmt()
        .with_env_filter(filter)
        .with_writer(Arc::clone(&queue))
        .log_internal_errors(false);
    match (config.log_format, terminal) {
        (LogFormat::Json, _) | (LogFormat::Auto, false) => {
            let lines = lines.fmt_fields(JsonFields::new());
            let lines = lines.event_format(WithRequestId::json());
            RequestSpans::around(lines.finish()).try_init()?;
        }
        (LogFormat::Pretty, _) | (LogFormat::Auto, true) => {
            let lines = lines.event_format(WithRequestId::text(terminal));
            RequestSpans::around(lines.finish()).try_init()?;
        }
    }
    panics::log_from_now_on();
    Ok(Log(queue))
}

impl Drop for Log {
    fn drop(&mut self) {
        self.finish();
    }
}
