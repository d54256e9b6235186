//! A clock that is set while a server reads it.

use std::time::Duration;

use crate::fault::Fault;
use crate::preloaded::{Library, State};

static LIBRARY: Library = Library::of("clock.c");

/// The wall clock of the processes in whose environment [`Clock::environment`] is. The other clocks are right.
#[derive(Clone, Debug)]
pub struct Clock(State);

/// How far a clock is from the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jump {
    /// It is ahead.
    Forwards(Duration),
    /// It is behind.
    Back(Duration),
}

impl Clock {
    /// One that is right.
    pub fn right() -> Self {
        Self(State::new("+0"))
    }

    /// The variables that a process needs in its environment.
    pub fn environment(&self) -> [(&'static str, String); 2] {
        [
            ("LD_PRELOAD", LIBRARY.path()),
            ("TESTED_CLOCK", self.0.path()),
        ]
    }

    /// It jumps, and jumps back at the end.
    pub fn jump(&self, jump: Jump) -> Fault {
        match jump {
            Jump::Forwards(span) => self.0.set(&format!("+{}", span.as_secs())),
            Jump::Back(span) => self.0.set(&format!("-{}", span.as_secs())),
        }
        let clock = self.clone();
        Fault::begun(move || clock.0.set("+0"))
    }
}
