//! How often a unit of work is retried, and after which pause.

use std::time::Duration;

use super::fault::FaultKind;

/// How often a unit of work is run that conflicts with other transactions.
const MAX_RUNS: u32 = 8;
/// The longest pause before the second run. The limit doubles with each further run.
const FIRST_PAUSE: Duration = Duration::from_millis(8);
/// The pause after a dead connection. It is short for as many runs as the pool has connections, because the pool
/// hands out its dead connections one by one. Later failures are of new connections: the pause grows, to spare the
/// server.
const LOST_PAUSE: Duration = Duration::from_millis(2);
const LOST_AGAIN_PAUSE: Duration = Duration::from_millis(200);

/// Counts the runs of one unit of work.
pub(super) struct Retries {
    /// How many connections the pool holds.
    connections: u32,
    contended: u32,
    lost: u32,
}

impl Retries {
    pub(super) fn new(connections: u32) -> Self {
        Self {
            connections,
            contended: 0,
            lost: 0,
        }
    }

    /// The pause after a run that failed with this fault; `None` if no retry is left.
    pub(super) fn pause_after(&mut self, kind: FaultKind) -> Option<Duration> {
        match kind {
            // Only the timeout bounds these: a dead connection says nothing about the work.
            FaultKind::LostConnection | FaultKind::ReadOnly => {
                self.lost += 1;
                Some(if self.lost <= self.connections {
                    LOST_PAUSE
                } else {
                    LOST_AGAIN_PAUSE
                })
            }
            FaultKind::Contention | FaultKind::Unrecognised => {
                self.contended += 1;
                (self.contended < MAX_RUNS).then(|| random_pause(self.contended))
            }
        }
    }
}

/// A random pause, so that two conflicting units of work do not conflict again. Its upper bound doubles with each
/// run.
fn random_pause(runs: u32) -> Duration {
    let longest = FIRST_PAUSE.saturating_mul(1 << runs.min(MAX_RUNS).saturating_sub(1));
    let part = getrandom::u32().map_or(1.0, |random| f64::from(random) / f64::from(u32::MAX));
    longest.mul_f64(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contended_work_is_run_eight_times() {
        let mut retries = Retries::new(10);
        let again = (0..20).take_while(|_| retries.pause_after(FaultKind::Contention).is_some());
        assert_eq!(again.count(), 7);
    }

    #[test]
    fn dead_connections_are_passed_over_quickly_and_new_ones_are_not() {
        let mut retries = Retries::new(2);
        let pauses = [(); 4].map(|()| retries.pause_after(FaultKind::LostConnection));
        assert_eq!(pauses[..2], [Some(LOST_PAUSE); 2]);
        assert_eq!(pauses[2..], [Some(LOST_AGAIN_PAUSE); 2]);
    }
}
