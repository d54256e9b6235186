//! One connection, with at most one request in flight.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use super::Requests;
use super::answer::Answer;
use crate::Outcome;

/// Larger than any answer of the routes under load.
const LARGEST_ANSWER: usize = 16 * 1024;

/// A keep-alive connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    answer: Box<[u8]>,
    received: usize,
    is_busy: bool,
    due: Instant,
}

impl Connection {
    /// Connects.
    pub fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream,
            request: Vec::new(),
            answer: vec![0; LARGEST_ANSWER].into_boxed_slice(),
            received: 0,
            is_busy: false,
            due: Instant::now(),
        })
    }

    /// The descriptor to wait for.
    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// Whether a request is in flight.
    pub fn is_busy(&self) -> bool {
        self.is_busy
    }

    /// When the last request was due.
    pub fn due(&self) -> Instant {
        self.due
    }

    /// Sends the next request, which was due at `due`.
    pub fn send(&mut self, due: Instant, requests: &mut impl Requests) -> Outcome<()> {
        self.request.clear();
        requests(&mut self.request);
        // A socket with an empty buffer takes a small request at once.
        let sent = self.stream.write(&self.request)?;
        if sent < self.request.len() {
            return Err("a connection took only a part of a request".into());
        }
        self.is_busy = true;
        self.due = due;
        Ok(())
    }

    /// Reads what has arrived; answers the status once the answer is complete. The connection is free then, and still
    /// knows when the request was due.
    pub fn receive(&mut self) -> Outcome<Option<u16>> {
        let room = self.answer.get_mut(self.received..).unwrap_or_default();
        match self.stream.read(room) {
            Ok(0) => return Err("the server closed a connection".into()),
            Ok(length) => self.received += length,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        let received = self.answer.get(..self.received).unwrap_or_default();
        let Some(answer) = Answer::read(received)? else {
            return Ok(None);
        };
        if answer.length != self.received {
            return Err("more came than one answer".into());
        }
        self.received = 0;
        self.is_busy = false;
        Ok(Some(answer.status))
    }
}
