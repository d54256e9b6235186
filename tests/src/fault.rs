//! A fault that a test injects.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// How long a repeated action rests.
const STEP: Duration = Duration::from_millis(20);

/// The fault lasts until this guard is dropped, so a failing test ends it too.
#[must_use = "dropping the guard ends the fault"]
pub struct Fault(Option<Box<dyn FnOnce() + Send>>);

impl Fault {
    /// Guards a fault that has begun; `end` removes it.
    pub fn begun(end: impl FnOnce() + Send + 'static) -> Self {
        Self(Some(Box::new(end)))
    }

    /// Repeats an action until the fault ends. An action that panics has the end panic.
    pub fn repeating(mut action: impl FnMut() + Send + 'static) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let is_over_too = Arc::clone(&is_over);
        let thread = thread::spawn(move || {
            while !is_over.load(Ordering::Relaxed) {
                action();
                thread::sleep(STEP);
            }
        });
        Self::begun(move || {
            is_over_too.store(true, Ordering::Relaxed);
            let ended = thread.join();
            assert!(
                ended.is_ok() || thread::panicking(),
                "the fault ended too early"
            );
        })
    }

    /// Ends the fault.
    pub fn end(self) {
        drop(self);
    }
}

impl Drop for Fault {
    fn drop(&mut self) {
        if let Some(end) = self.0.take() {
            end();
        }
    }
}
