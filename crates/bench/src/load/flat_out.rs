//! The closed loop: each connection sends its next request as soon as the last one is answered.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::{Load, Requests, TURNED_AWAY, Tally};
use crate::Outcome;

/// The longest that a counted run may take. A server might never answer.
const TIMEOUT: Duration = Duration::from_secs(300);

/// How long a connection rests after its request was turned away.
const REST: Duration = Duration::from_secs(1);

impl Load {
    /// Sends for `span`. A connection whose request is turned away rests for a moment, as clients should.
    pub fn flat_out(&mut self, span: Duration, requests: &mut impl Requests) -> Outcome<Tally> {
        let start = Instant::now();
        let end = start + span;
        let mut tally = Tally::default();
        let mut resting = VecDeque::new();
        for connection in &mut self.connections {
            if !connection.is_busy() {
                connection.send(start, requests)?;
            }
        }
        while Instant::now() < end {
            let wake = resting.front().map_or(end, |(until, _)| end.min(*until));
            self.receive(wake, &mut tally, |connection, finished| {
                if finished.status == TURNED_AWAY {
                    resting.push_back((finished.at + REST, finished.connection));
                    return Ok(());
                }
                connection.send(finished.at, requests)
            })?;
            while let Some((_, index)) = resting.pop_front_if(|(until, _)| *until <= Instant::now())
            {
                if let Some(connection) = self.connections.get_mut(index) {
                    connection.send(Instant::now(), requests)?;
                }
            }
        }
        tally.took = start.elapsed();
        Ok(tally)
    }

    /// Sends `count` requests and waits until they are answered.
    pub fn flat_out_count(&mut self, count: u64, requests: &mut impl Requests) -> Outcome<Tally> {
        let start = Instant::now();
        let mut tally = Tally::default();
        let mut left = count;
        for connection in &mut self.connections {
            if left > 0 {
                connection.send(start, requests)?;
                left -= 1;
            }
        }
        while self.is_busy() {
            self.receive(start + TIMEOUT, &mut tally, |connection, finished| {
                if left > 0 {
                    connection.send(finished.at, requests)?;
                    left -= 1;
                }
                Ok(())
            })?;
            if start.elapsed() > TIMEOUT {
                return Err("the server takes too long".into());
            }
        }
        tally.took = start.elapsed();
        Ok(tally)
    }

    /// Waits until nothing is in flight any more.
    pub fn finish(&mut self) -> Outcome<()> {
        let mut late = Tally::default();
        let end = Instant::now() + TIMEOUT;
        while self.is_busy() {
            self.receive(end, &mut late, |_, _| Ok(()))?;
            if Instant::now() > end {
                return Err("the server does not answer".into());
            }
        }
        Ok(())
    }

    pub(super) fn is_busy(&self) -> bool {
        self.connections
            .iter()
            .any(|connection| connection.is_busy())
    }
}
