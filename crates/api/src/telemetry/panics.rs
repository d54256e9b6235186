//! Logs panics.

use std::collections::BTreeMap;
use std::panic::{self, PanicHookInfo};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::time::Instant;

/// For how long after a logged panic others at the same place of the code are only counted. Where a client can cause
/// them, as by a header with a name of 65,536 bytes in actix-http 3.20, it must not fill the log.
const QUIET: Duration = Duration::from_secs(10);

static SEEN: Mutex<Seen> = Mutex::new(Seen(BTreeMap::new()));

/// The panics by the place of the code where they happened. There are as many places as the code has.
struct Seen(BTreeMap<String, Panics>);

struct Panics {
    logged_at: Instant,
    /// How many were only counted since then.
    counted: u64,
}

impl Seen {
    /// Counts a panic, or answers that it is to be logged and how many were counted before it.
    fn note(&mut self, place: &str, now: Instant) -> Option<u64> {
        match self.0.get_mut(place) {
            Some(panics) if now.duration_since(panics.logged_at) < QUIET => {
                panics.counted += 1;
                None
            }
            known => {
                let counted = known.map_or(0, |panics| panics.counted);
                let first = Panics {
                    logged_at: now,
                    counted: 0,
                };
                self.0.insert(place.to_owned(), first);
                Some(counted)
            }
        }
    }
}

/// Logs panics of all threads and tasks from now on, because nobody may be watching standard error.
pub(super) fn log_from_now_on() {
    panic::set_hook(Box::new(log));
}

fn log(panic: &PanicHookInfo<'_>) {
    let place = panic
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let noted = seen.note(&place, Instant::now());
    drop(seen);
    let Some(not_logged) = noted else {
        return;
    };
    let thread = thread::current();
    tracing::error!(
        thread = thread.name(),
        place,
        reason = panic.payload_as_str(),
        not_logged,
        "a panic, which is a bug in Azuma; the operation was abandoned"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_panics_at_one_place_one_is_logged_in_ten_seconds_and_the_others_are_counted() {
        let mut seen = Seen(BTreeMap::new());
        let first = Instant::now();
        assert_eq!(seen.note("a.rs:1:1", first), Some(0));
        for _ in 0..3 {
            assert_eq!(seen.note("a.rs:1:1", first), None);
        }
        assert_eq!(seen.note("b.rs:1:1", first), Some(0));
        assert_eq!(seen.note("a.rs:1:1", first + QUIET), Some(3));
        assert_eq!(seen.note("a.rs:1:1", first + QUIET), None);
    }
}
