//! Tells in the log when the collector stops to take spans, and when it takes them again.

use std::fmt::Display;
use std::time::Duration;

use tokio::time::Instant;

/// The least time between two lines that say that it takes none.
const SILENCE: Duration = Duration::from_mins(1);

/// How it stands with the collector.
#[derive(Debug, Default)]
pub struct Standing {
    /// Whether it is known, and was told, that the collector takes no spans.
    trouble: Option<Trouble>,
    last_told: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Told,
    /// A collector that comes and goes is told of once a minute.
    Untold,
}

impl Standing {
    pub fn note_taken(&mut self) {
        if self.trouble.take() == Some(Trouble::Told) {
            tracing::info!("the collector of `telemetry.otlp_endpoint` takes traces again");
        }
    }

    pub fn note_not_taken(&mut self, reason: &impl Display) {
        let was_told_lately = self.last_told.is_some_and(|told| told.elapsed() < SILENCE);
        match (self.trouble, was_told_lately) {
            (Some(Trouble::Told), _) => {}
            (Some(Trouble::Untold) | None, true) => self.trouble = Some(Trouble::Untold),
            (Some(Trouble::Untold) | None, false) => {
                self.trouble = Some(Trouble::Told);
                self.last_told = Some(Instant::now());
                tracing::warn!(
                    %reason,
                    "the collector of `telemetry.otlp_endpoint` takes no traces: those of the meantime are lost"
                );
            }
        }
    }
}
