//! The log. Writing it never blocks other work: lines that standard output does not accept are dropped and counted.
//!
//! | module | holds |
//! |---|---|
//! | `queue` | the queue of lines for standard output |
//! | `panics` | logs panics |
//! | `request_notes` | collects what a line of the access log says |
//! | `request_span` | puts the id of a request on its lines |
//! | `trace_ids` | knows which trace a request is part of |

mod panics;
mod queue;
mod request_notes;
mod request_span;
mod trace_ids;

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
pub use request_notes::{NotingCheck, NotingStore, RequestNotes, note_user};
pub use request_span::RequestId;
use request_span::{Colours, RequestSpans, WithRequestId};
pub use trace_ids::TracedRequest;

/// How long an ending process waits for its last log lines to be written.
pub const LAST_LINES: Duration = Duration::from_secs(1);

/// Targets that `telemetry.log_filter` must name to be logged: they log each malformed request or frame, and anyone can
/// send those.
const ON_REQUEST: &str = "actix_http=off,h2=off";

/// Handle of the running log. Dropping it writes the remaining lines.
#[derive(Clone)]
pub struct Log(Arc<LogQueue>);

impl Log {
    /// How many lines were lost because standard output did not accept them.
    pub fn dropped(&self) -> u64 {
        self.0.lost()
    }

    /// Waits until all lines are written, at most [`LAST_LINES`].
    pub fn finish(&self) {
        self.0.wait_until_written(LAST_LINES);
    }
}

/// Starts the log: from now on log lines and panics go to standard output.
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
            let colours = match terminal {
                true => Colours::On,
                false => Colours::Off,
            };
            let lines = lines.event_format(WithRequestId::text(colours));
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
