//! Logs panics.

use std::panic::{self, PanicHookInfo};
use std::thread;

/// Logs panics of all threads and tasks from now on, because nobody may be watching standard error.
pub(super) fn log_from_now_on() {
    panic::set_hook(Box::new(log));
}

fn log(panic: &PanicHookInfo<'_>) {
    let thread = thread::current();
    let place = panic.location().map(ToString::to_string);
    tracing::error!(
        thread = thread.name(),
        place,
        reason = panic.payload_as_str(),
        "a panic, which is a bug in Azuma; the operation was abandoned"
    );
}
