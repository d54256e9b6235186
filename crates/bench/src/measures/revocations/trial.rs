//! One session that is ended on one node while another is asked about it.

use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::database::Token;
use crate::load::{ask, exchange_on, get, logout};

/// How long to wait between an answer and the next request.
const STEP: Duration = Duration::from_millis(5);
/// How long to wait for an answer before the request is sent again on another connection.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long a node may take to revoke a session.
const LOGOUT_PATIENCE: Duration = Duration::from_secs(10);

/// A trial.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// The node that revokes the session.
    pub here: SocketAddr,
    /// The node that is asked.
    pub there: SocketAddr,
    /// The session.
    pub token: Token,
    /// The time from now until the session is revoked.
    pub after: Duration,
    /// When the other node is not asked any more.
    pub until: Instant,
}

/// The result of a trial.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// The time from the answer of the node that revoked the session until the first request after which no request was
    /// answered 200.
    pub after: Duration,
    /// The status of that request's answer; `None` if there was none.
    pub answer: Option<u16>,
}

impl Trial {
    /// Revokes the session and asks the other node until it refuses the token.
    pub fn run(self) -> Outcome<Seen> {
        thread::sleep(self.after);
        let ended = self.end()?;
        let request = get("/user/self", Some(&self.token));
        let mut stream = None;
        let mut no = None;
        while Instant::now() < self.until {
            let sent = Instant::now();
            let answer = self.ask(&mut stream, &request).ok();
            no = match answer {
                Some(200) => None,
                _ => no.or(Some((sent, answer))),
            };
            if answer == Some(401) {
                break;
            }
            thread::sleep(STEP);
        }
        // A node that still accepts the token at the end has taken at least this long.
        let (at, answer) = no.unwrap_or((Instant::now(), Some(200)));
        Ok(Seen {
            after: at.saturating_duration_since(ended),
            answer,
        })
    }

    /// Revokes the session. If the answer is lost, the time counts from the first request.
    fn end(self) -> Outcome<Instant> {
        let request = logout(&self.token);
        let begun = Instant::now();
        loop {
            match ask(self.here, &request, LOGOUT_PATIENCE) {
                Ok(204) => return Ok(Instant::now()),
                Ok(401) => return Ok(begun),
                _ if Instant::now() > self.until => {
                    return Err("a session could not be ended".into());
                }
                _ => thread::sleep(STEP),
            }
        }
    }

    fn ask(self, stream: &mut Option<TcpStream>, request: &[u8]) -> Outcome<u16> {
        let mut open = match stream.take() {
            Some(open) => open,
            None => TcpStream::connect_timeout(&self.there, PATIENCE)?,
        };
        let status = exchange_on(&mut open, request, PATIENCE)?.status;
        *stream = Some(open);
        Ok(status)
    }
}
