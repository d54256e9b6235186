//! Polls in small steps until a deadline.

use std::thread;
use std::time::{Duration, Instant};

const STEP: Duration = Duration::from_millis(20);

/// The instant at which a test stops waiting.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    end: Instant,
}

impl Deadline {
    /// A deadline this many seconds from now.
    pub fn in_seconds(seconds: u64) -> Self {
        Self {
            end: Instant::now() + Duration::from_secs(seconds),
        }
    }

    /// The time until the deadline; zero once it has passed.
    pub fn left(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }

    /// Whether the deadline has passed.
    pub fn is_over(&self) -> bool {
        self.left().is_zero()
    }

    /// Sleeps for one step.
    pub async fn step(&self) {
        tokio::time::sleep(STEP).await;
    }

    /// Blocks the thread for one step.
    pub fn step_blocking(&self) {
        thread::sleep(STEP);
    }
}
