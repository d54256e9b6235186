//! How soon a follower at one node knows of a session that ended at another, on one Postgres.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::follow;
use crate::Outcome;
use crate::bench::Bench;
use crate::database::{Database, tokens};
use crate::load::{ask, logout};
use crate::processes::{azuma, create_service};
use crate::report::{Findings, Reach, Row, Unit};
use crate::statistics::Series;

const PATIENCE: Duration = Duration::from_secs(10);

pub fn run(bench: &Bench) -> Outcome<Findings> {
    let trials = bench.either(100, 3);
    let database = Database::postgres(bench)?;
    database.insert(0..trials)?;
    let service = create_service(bench, database.url())?;
    let here = azuma(bench, database.url())?.start()?;
    let there = azuma(bench, database.url())?.start()?;
    let mut follower = Follower::begin(there.address(), &service)?;
    let mut millis = Series::default();
    for token in tokens(0..trials) {
        // At any moment between two looks of the node at its database.
        thread::sleep(Duration::from_secs_f64(fastrand::f64() * 0.25));
        follower.forget()?;
        let status = ask(here.address(), &logout(&token), PATIENCE)?;
        if status != 204 {
            return Err(format!("a logout was answered {status}").into());
        }
        let ended = Instant::now();
        let known = follower.next_change()?;
        millis.push(known.saturating_duration_since(ended).as_secs_f64() * 1e3);
    }
    Ok(Findings {
        rows: vec![Row::new(
            "a session that ended, known to a follower at the other of two nodes, median",
            "",
            Reach::AtMost(300.0),
            Unit::Milliseconds,
            millis,
        )],
        figures: Vec::new(),
    })
}

/// A stream of events.
struct Follower {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Follower {
    /// Follows from here on. The first event has come.
    fn begin(node: SocketAddr, service: &str) -> Outcome<Self> {
        let mut stream = TcpStream::connect(node)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(&follow(service))?;
        let mut follower = Self {
            stream,
            read: Vec::new(),
        };
        while !follower.has(b"event: position") {
            follower.read_on()?;
        }
        Ok(follower)
    }

    /// Forgets what has come so far.
    fn forget(&mut self) -> Outcome<()> {
        self.stream.set_nonblocking(true)?;
        while self.read_on().is_ok() {}
        self.stream.set_nonblocking(false)?;
        self.read.clear();
        Ok(())
    }

    /// When the next change has come.
    fn next_change(&mut self) -> Outcome<Instant> {
        while !self.has(b"event: changes") {
            self.read_on()?;
        }
        Ok(Instant::now())
    }

    fn read_on(&mut self) -> Outcome<()> {
        let mut buffer = [0; 4096];
        match self.stream.read(&mut buffer)? {
            0 => Err("a stream of events ended".into()),
            length => {
                let read = buffer.get(..length).unwrap_or_default();
                self.read.extend_from_slice(read);
                Ok(())
            }
        }
    }

    fn has(&self, words: &[u8]) -> bool {
        self.read.windows(words.len()).any(|window| window == words)
    }
}
