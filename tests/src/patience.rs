//! Waiting, in small steps, for what takes an unknown but short while.

use std::thread;
use std::time::{Duration, Instant};

const STEP: Duration = Duration::from_millis(20);

/// How long somebody is willing to wait.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    end: Instant,
}

impl Patience {
    /// Waits for so many seconds at the most, counted from now.
    pub fn of_seconds(seconds: u64) -> Self {
        Self {
            end: Instant::now() + Duration::from_secs(seconds),
        }
    }

    /// What is left of it.
    pub fn left(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }

    /// Whether nothing is left of it.
    pub fn is_over(&self) -> bool {
        self.left().is_zero()
    }

    /// Lets a moment pass.
    pub async fn step(&self) {
        tokio::time::sleep(STEP).await;
    }

    /// Lets a moment pass, outside of asynchronous code.
    pub fn step_blocking(&self) {
        thread::sleep(STEP);
    }
}
