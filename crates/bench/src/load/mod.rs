//! The load generator: one thread with HTTP/1.1 keep-alive connections and at most one request in flight on each.

mod answer;
mod connection;
mod flat_out;
mod once;
mod paced;
mod requests;
mod waiting;

use std::iter;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

pub use once::{ask, body_length, exchange_on, get};
pub use requests::{Order, checks, checks_partly_new, logins, logout, registrations};

use crate::Outcome;
use connection::Connection;
pub use waiting::Rest;
use waiting::{Ready, Waiting};

/// Writes the next request into an empty buffer.
pub trait Requests: FnMut(&mut Vec<u8>) {}

impl<F: FnMut(&mut Vec<u8>)> Requests for F {}

/// Connections to a server. A request that is in flight when a span ends counts in the next span.
pub struct Load {
    connections: Vec<Connection>,
    waiting: Waiting,
    ready: Vec<Ready>,
}

/// The result of a span of load.
#[derive(Debug, Default)]
pub struct Tally {
    /// Requests answered with success.
    pub answered: u64,
    /// The length of the span.
    pub took: Duration,
    /// The milliseconds from when each request was due until it was answered; empty unless requests are paced.
    pub latencies: Vec<f64>,
    /// Requests answered 503, because the server is overloaded.
    pub turned_away: u64,
    refused: u64,
    refusal: Option<u16>,
}

/// A request that was answered.
struct Finished {
    connection: usize,
    at: Instant,
    status: u16,
}

/// "Come again later."
const TURNED_AWAY: u16 = 503;

/// Keeps the core of the load busy for `span`, like a load that does not sleep.
pub fn spin(span: Duration) -> Outcome<()> {
    Waiting::new(iter::empty(), Rest::Spin)?.until(Instant::now() + span, &mut Vec::new())
}

impl Load {
    /// Opens connections; none of them carries a request yet.
    pub fn connect(address: SocketAddr, connections: usize, rest: Rest) -> Outcome<Self> {
        let connections: Vec<Connection> = (0..connections)
            .map(|_| Connection::open(address))
            .collect::<Result<_, _>>()?;
        let waiting = Waiting::new(connections.iter().map(Connection::stream), rest)?;
        Ok(Self {
            connections,
            waiting,
            ready: Vec::new(),
        })
    }

    /// How long it has had nothing to do so far; zero if it sleeps meanwhile.
    pub fn time_idle(&self) -> Duration {
        self.waiting.time_idle()
    }

    /// Waits until something can be read, at most until `wake`, and calls `finished` for each answered request.
    fn receive(
        &mut self,
        wake: Instant,
        tally: &mut Tally,
        mut finished: impl FnMut(&mut Connection, Finished) -> Outcome<()>,
    ) -> Outcome<()> {
        self.waiting.until(wake, &mut self.ready)?;
        let at = Instant::now();
        for Ready(index) in self.ready.drain(..) {
            let Some(connection) = self.connections.get_mut(index) else {
                continue;
            };
            if let Some(status) = connection.receive()? {
                tally.count(status);
                let answered = Finished {
                    connection: index,
                    at,
                    status,
                };
                finished(connection, answered)?;
            }
        }
        Ok(())
    }
}

impl Tally {
    fn count(&mut self, status: u16) {
        match status {
            200..300 => self.answered += 1,
            TURNED_AWAY => self.turned_away += 1,
            _ => {
                self.refused += 1;
                self.refusal.get_or_insert(status);
            }
        }
    }

    /// Adds the result of another span.
    pub fn add(&mut self, other: Self) {
        self.answered += other.answered;
        self.took += other.took;
        self.latencies.extend(other.latencies);
        self.turned_away += other.turned_away;
        self.refused += other.refused;
        self.refusal = self.refusal.or(other.refusal);
    }

    /// Requests answered per second.
    pub fn rate(&self) -> f64 {
        self.answered as f64 / self.took.as_secs_f64()
    }

    /// The share of all requests that were turned away.
    pub fn turned_away_share(&self) -> f64 {
        let all = self.answered + self.turned_away + self.refused;
        self.turned_away as f64 / all.max(1) as f64
    }

    /// The same result. Fails unless every request succeeded or was turned away.
    pub fn served(self) -> Outcome<Self> {
        let Self {
            answered,
            turned_away,
            refused,
            ..
        } = self;
        match self.refusal {
            None if answered == 0 => {
                Err(format!("nothing was answered; {turned_away} were turned away").into())
            }
            None => Ok(self),
            Some(status) => {
                let all = refused + answered + turned_away;
                Err(format!("{refused} of {all} were refused, the first with {status}").into())
            }
        }
    }

    /// The same result. Fails unless every request succeeded.
    pub fn faultless(self) -> Outcome<Self> {
        let Self {
            answered,
            turned_away,
            ..
        } = self;
        if turned_away > 0 {
            return Err(format!("{turned_away} were turned away, {answered} answered").into());
        }
        self.served()
    }
}
