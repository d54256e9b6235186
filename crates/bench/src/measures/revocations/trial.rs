//! One session that is ended on one node while another is asked about it.

use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::database::Token;
use crate::load::{ask, exchange_on, get, logout};

/// How long to wait between an answer and the next request.
const STEP: Duration = Duration::from_millis(5);
/// How long to wait for an answer; then the question is asked again on another connection.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long a node may take to end a session.
const LOGOUT_PATIENCE: Duration = Duration::from_secs(10);

/// What is to be tried.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// The node that ends the session.
    pub here: SocketAddr,
    /// The node that is asked.
    pub there: SocketAddr,
    /// The session.
    pub token: Token,
    /// When it ends, from now.
    pub after: Duration,
    /// When the other node is asked no more.
    pub until: Instant,
}

/// When the other node knew.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// From the answer of the node that ended the session until the first request after which no request was answered
    /// 200.
    pub after: Duration,
    /// How that request was answered; `None`, if it was not.
    pub answer: Option<u16>,
}

impl Trial {
    /// Ends the session and asks until the other node denies it.
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
        // A node that still says yes at the end has taken all this time, and longer.
        let (at, answer) = no.unwrap_or((Instant::now(), Some(200)));
        Ok(Seen {
            after: at.saturating_duration_since(ended),
            answer,
        })
    }

    /// Ends the session. Where the answer is lost, the time counts from the first request.
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
