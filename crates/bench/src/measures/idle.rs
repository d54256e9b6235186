//! The memory of connections without a request: each is opened, has one request answered, and stays open.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::Measure;
use crate::Outcome;
use crate::bench::Bench;
use crate::database::Database;
use crate::load::get;
use crate::processes::azuma;
use crate::report::{Figure, Findings, Reach, Row, Unit};
use crate::statistics::Series;

pub const MEASURE: Measure = Measure {
    name: "idle",
    about: "memory of 10,000 idle connections",
    run,
};

/// 100 MB.
const MOST_MEBIBYTES: f64 = 95.0;

const ROUNDS: usize = 3;

fn run(bench: &Bench) -> Outcome<Findings> {
    let count = bench.either(10_000, 500);
    raise_limit()?;
    let (mut at_once, mut idle) = (Series::default(), Series::default());
    for _ in bench.rounds().take(ROUNDS) {
        let launch = azuma(bench, Database::sqlite(bench)?.url())?;
        let server = launch
            .set("http.connections_per_client", &count.to_string())
            .start()?;
        thread::sleep(bench.seconds(3.0, 1.0));
        let before = server.anonymous_memory()?;
        let held = open(server.address(), count)?;
        at_once.push(server.anonymous_memory()? - before);
        thread::sleep(bench.seconds(30.0, 1.0));
        idle.push(server.anonymous_memory()? - before);
        drop(held);
    }
    Ok(Findings {
        rows: vec![Row::new(
            format!(
                "anonymous memory of {count} idle connections after one request each, HTTP/1.1"
            ),
            "without them",
            Reach::AtMost(MOST_MEBIBYTES),
            Unit::MoreMebibytes,
            idle,
        )],
        figures: vec![Figure::new(
            format!("{count} connections, right after the last answer: anonymous memory"),
            Unit::MoreMebibytes,
            at_once,
        )],
    })
}

/// Opens connections, each of which has been answered once.
fn open(address: SocketAddr, count: usize) -> Outcome<Vec<TcpStream>> {
    let request = get("/", None);
    let mut answer = [0; 4096];
    (0..count)
        .map(|_| {
            let mut stream = TcpStream::connect(address)?;
            stream.set_read_timeout(Some(Duration::from_secs(30)))?;
            stream.write_all(&request)?;
            let length = stream.read(&mut answer)?;
            match answer
                .get(..length)
                .is_some_and(|text| text.starts_with(b"HTTP/1.1 200 "))
            {
                true => Ok(stream),
                false => Err("a connection was not answered".into()),
            }
        })
        .collect()
}

/// Each connection is an open file, here as in the server.
fn raise_limit() -> Outcome<()> {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let highest = Rlimit {
        current: maximum,
        maximum,
    };
    Ok(setrlimit(Resource::Nofile, highest)?)
}
