//! What many followers of one node cost, each with a stream of events. Every second a session ends.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use actix_web::rt::{self, System};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::follow;
use crate::Outcome;
use crate::bench::Bench;
use crate::database::{Database, tokens};
use crate::load::logout;
use crate::processes::{Server, azuma, create_service, raise_open_files};
use crate::report::{Findings, Reach, Row, Unit};
use crate::statistics::Series;

/// 100 MB.
const MOST_MEBIBYTES: f64 = 95.0;
/// How long a change may take to reach the last follower.
const PATIENCE: Duration = Duration::from_secs(10);
/// What the event of a change has, and no other.
const CHANGE: &[u8] = b"session_ended";

pub fn run(bench: &Bench) -> Outcome<Findings> {
    let count = bench.either(10_000, 500);
    raise_open_files()?;
    let (mut cores, mut memory) = (Series::default(), Series::default());
    let rounds = bench.either(3, 1);
    for round in 1..=rounds {
        eprintln!("   followers, {round} of {rounds}");
        let taken = Trial::of(bench, count)?.run()?;
        cores.push(taken.cores);
        memory.push(taken.mebibytes);
    }
    let what = format!("{count} followers of one node, a change a second");
    Ok(Findings {
        rows: vec![
            Row::new(
                format!("{what}: cores that the server keeps busy"),
                "",
                Reach::AtMost(1.0),
                Unit::Count,
                cores,
            ),
            Row::new(
                format!("{what}: anonymous memory"),
                "without them",
                Reach::AtMost(MOST_MEBIBYTES),
                Unit::MoreMebibytes,
                memory,
            ),
        ],
        figures: Vec::new(),
    })
}

/// A node with people who log out, and followers to come.
struct Trial {
    server: Server,
    service: String,
    followers: usize,
    changes: u32,
    settle: Duration,
}

struct Taken {
    cores: f64,
    mebibytes: f64,
}

impl Trial {
    fn of(bench: &Bench, followers: usize) -> Outcome<Self> {
        let changes = bench.either(10, 1);
        let database = Database::sqlite(bench)?;
        database.insert(0..changes)?;
        let service = create_service(bench, database.url())?;
        let server = azuma(bench, database.url())?
            .set("http.connections_per_client", &(followers + 10).to_string())
            .start()?;
        Ok(Self {
            server,
            service,
            followers,
            changes,
            settle: bench.seconds(15.0, 0.5),
        })
    }

    fn run(self) -> Outcome<Taken> {
        thread::sleep(self.settle);
        let before = self.server.anonymous_memory()?;
        System::new().block_on(async {
            let told = Rc::new(Cell::new(0));
            for _ in 0..self.followers {
                let stream = begun(self.server.address(), &self.service).await?;
                rt::spawn(listen(stream, Rc::clone(&told)));
            }
            sleep(self.settle).await;
            let (cpu, since) = (self.server.cpu_time()?, Instant::now());
            for token in tokens(0..self.changes) {
                end(self.server.address(), &logout(&token)).await?;
                sleep(Duration::from_secs(1)).await;
            }
            let cores =
                (self.server.cpu_time()? - cpu).as_secs_f64() / since.elapsed().as_secs_f64();
            let mebibytes = self.server.anonymous_memory()? - before;
            let all = self.followers * self.changes as usize;
            let late = Instant::now() + PATIENCE;
            while told.get() < all {
                if Instant::now() > late {
                    let told = told.get();
                    return Err(format!("{told} changes of {all} were told").into());
                }
                sleep(Duration::from_millis(20)).await;
            }
            Ok(Taken { cores, mebibytes })
        })
    }
}

/// A stream whose first event has come.
async fn begun(node: SocketAddr, service: &str) -> Outcome<TcpStream> {
    let mut stream = TcpStream::connect(node).await?;
    stream.write_all(&follow(service)).await?;
    let mut read = Vec::new();
    while !read.windows(5).any(|window| window == b"\nid: ") {
        if stream.read_buf(&mut read).await? == 0 {
            return Err("a follower was sent away".into());
        }
    }
    match read.starts_with(b"HTTP/1.1 200 ") {
        true => Ok(stream),
        false => Err("a follower was refused".into()),
    }
}

/// Counts the changes until the stream ends.
async fn listen(mut stream: TcpStream, told: Rc<Cell<usize>>) {
    let mut read = Vec::new();
    while let Ok(1..) = stream.read_buf(&mut read).await {
        let changes = read.windows(CHANGE.len());
        let changes = changes.filter(|window| *window == CHANGE).count();
        told.set(told.get() + changes);
        // A part of the word may be at the end.
        read.drain(..(read.len() + 1).saturating_sub(CHANGE.len()));
    }
}

async fn end(node: SocketAddr, logout: &[u8]) -> Outcome<()> {
    let mut stream = TcpStream::connect(node).await?;
    stream.write_all(logout).await?;
    let mut answer = [0; 1024];
    let length = stream.read(&mut answer).await?;
    match answer
        .get(..length)
        .unwrap_or_default()
        .starts_with(b"HTTP/1.1 204 ")
    {
        true => Ok(()),
        false => Err("a session could not be ended".into()),
    }
}
