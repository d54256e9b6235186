//! The open loop: requests are due at fixed times, whether or not the server keeps up.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::{Load, Requests, Tally};
use crate::Outcome;

/// Requests that are due within this span are sent together: a timer for each would cost more than the request.
const GRAIN: Duration = Duration::from_micros(50);
/// How long to wait for answers after the last request was due.
const TIMEOUT: Duration = Duration::from_secs(10);

impl Load {
    /// Sends `per_second` requests a second for `span`. A request that is due while no connection is free waits for
    /// one. A request that was never sent counts in the latencies as answered at the end of the span.
    pub fn paced(
        &mut self,
        per_second: u32,
        span: Duration,
        requests: &mut impl Requests,
    ) -> Outcome<Tally> {
        let start = Instant::now();
        let mut due = Schedule::new(start, per_second, span);
        let mut tally = Tally::default();
        let mut latencies = Vec::with_capacity(due.left());
        let mut idle = self.idle();
        let end = start + span;
        loop {
            let now = Instant::now();
            if now >= end {
                break;
            }
            while let Some(&index) = idle.front() {
                let Some(at) = due.take_before(now) else {
                    break;
                };
                idle.pop_front();
                if let Some(connection) = self.connections.get_mut(index) {
                    connection.send(at, requests)?;
                }
            }
            let wake = match (idle.is_empty(), due.next()) {
                (false, Some(at)) => at.max(now + GRAIN).min(end),
                _ => end,
            };
            self.receive(wake, &mut tally, |connection, finished| {
                latencies.push(millis(finished.at - connection.due()));
                idle.push_back(finished.connection);
                Ok(())
            })?;
        }
        tally.took = start.elapsed();
        while let Some(at) = due.take_before(end) {
            latencies.push(millis(end - at));
        }
        self.wait_for_latencies(&mut latencies)?;
        tally.latencies = latencies;
        Ok(tally)
    }

    fn idle(&self) -> VecDeque<usize> {
        let numbered = self.connections.iter().enumerate();
        numbered
            .filter(|(_, connection)| !connection.is_busy())
            .map(|(index, _)| index)
            .collect()
    }

    /// Answers after the span do not count in the rate, but their latency does.
    fn wait_for_latencies(&mut self, latencies: &mut Vec<f64>) -> Outcome<()> {
        let end = Instant::now() + TIMEOUT;
        let mut late = Tally::default();
        while self.is_busy() {
            self.receive(end, &mut late, |connection, finished| {
                latencies.push(millis(finished.at - connection.due()));
                Ok(())
            })?;
            if Instant::now() > end {
                return Err("the server does not answer".into());
            }
        }
        match late.answered + late.refused + late.turned_away {
            0 => Ok(()),
            _ => late.faultless().map(|_| ()),
        }
    }
}

/// When requests are due.
struct Schedule {
    start: Instant,
    interval: Duration,
    next: u32,
    count: u32,
}

impl Schedule {
    fn new(start: Instant, per_second: u32, span: Duration) -> Self {
        Self {
            start,
            interval: Duration::from_secs(1) / per_second,
            next: 0,
            count: (f64::from(per_second) * span.as_secs_f64()) as u32,
        }
    }

    fn left(&self) -> usize {
        (self.count - self.next) as usize
    }

    /// When the next one is due.
    fn next(&self) -> Option<Instant> {
        (self.next < self.count).then(|| self.start + self.interval * self.next)
    }

    /// The next one, if it is due.
    fn take_before(&mut self, now: Instant) -> Option<Instant> {
        let at = self.next().filter(|at| *at <= now)?;
        self.next += 1;
        Some(at)
    }
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Schedule;

    #[test]
    fn as_many_are_due_as_the_rate_says() {
        let start = Instant::now();
        let mut schedule = Schedule::new(start, 200, Duration::from_millis(500));
        let mut due = Vec::new();
        while let Some(at) = schedule.take_before(start + Duration::from_secs(1)) {
            due.push(at);
        }
        assert_eq!(due.len(), 100);
        assert_eq!(due[2] - due[1], Duration::from_millis(5));
    }
}
