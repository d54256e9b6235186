//! Logins against raw password hashes on the same core, on either database, and registrations against logins, on SQLite.
//! SQLite works on that core, and Postgres on the load's.
//!
//! Four logins are in flight, each connection's next as soon as its last is answered. The hashes have the core for
//! themselves while they are measured. The load generator never sleeps, whatever is measured: the hashes themselves take
//! longer while the other core is busy.
//!
//! One hash takes up to a third longer than another, and those next to each other are the most alike: so logins and
//! hashes take turns a fifth of a second long. All hashes of one process may be a percent quicker or slower than those of
//! another, so the server is another one each turn.

use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use azuma_tests::process::{self, Signal};

use super::Measure;
use super::cost::TURNS;
use crate::Outcome;
use crate::bench::Bench;
use crate::database::Database;
use crate::load::{self, Load, Requests, Rest, logins, registrations};
use crate::processes::{Server, azuma};
use crate::report::{Figure, Findings, Reach, Row, Unit};
use crate::statistics::Series;

pub const MEASURE: Measure = Measure {
    name: "logins",
    about: "logins against raw hashes, registrations against logins",
    run,
};

const PEOPLE: u32 = 256;
const IN_FLIGHT: usize = 4;
/// How often they are compared in a turn, on each database. On SQLite each takes longer, with its registrations.
const ON_SQLITE: u32 = 2;
const ON_POSTGRES: u32 = 5;
/// How many of each make a comparison.
const COUNT: u32 = 14;
/// How long the load's core spins until it looks whether the hashes are done.
const STEP: Duration = Duration::from_millis(1);
/// Names of one turn do not reach those of the next.
const NAMES_OF_A_TURN: u32 = 100_000;

/// What was measured on a database, comparison by comparison.
#[derive(Default)]
struct Measured {
    hashes: Series,
    logins: Served,
}

/// What the server did of one kind.
#[derive(Default)]
struct Served {
    rate: Series,
    turned_away: Series,
}

fn run(bench: &Bench) -> Outcome<Findings> {
    let (sqlite, postgres) = (Database::sqlite(bench)?, Database::postgres(bench)?);
    sqlite.insert(0..PEOPLE)?;
    postgres.insert(0..PEOPLE)?;
    let mut on_sqlite = Measured::default();
    let mut on_postgres = Measured::default();
    let mut registered = Served::default();
    for turn in bench.turns(bench.either(TURNS, 1)) {
        let server = start(bench, &sqlite)?;
        let names = &mut registrations(turn * NAMES_OF_A_TURN);
        for _ in 0..bench.either(ON_SQLITE, 1) {
            on_sqlite.compare(bench, &server)?;
            registered.measure(&server, names)?;
        }
        drop(server);
        let server = start(bench, &postgres)?;
        for _ in 0..bench.either(ON_POSTGRES, 1) {
            on_postgres.compare(bench, &server)?;
        }
    }
    Ok(findings(on_sqlite, on_postgres, registered))
}

/// A server that knows how long a hash takes, which it sees once it is left alone.
fn start(bench: &Bench, database: &Database) -> Outcome<Server> {
    let server = azuma(bench, database.url())?.start()?;
    thread::sleep(bench.seconds(0.3, 0.2));
    Ok(server)
}

fn findings(sqlite: Measured, postgres: Measured, registered: Served) -> Findings {
    let row = |what, against, reach, rounds| {
        Row::new(what, against, Reach::AtLeast(reach), Unit::Times, rounds)
    };
    let of_hashes = |measured: &Measured| measured.logins.rate.by(&measured.hashes);
    let rows = vec![
        row(
            "logins/s on one core, Postgres on the other",
            "raw hashes/s",
            0.95,
            of_hashes(&postgres),
        ),
        row(
            "the same, SQLite on the same core",
            "raw hashes/s",
            0.95,
            of_hashes(&sqlite),
        ),
        row(
            "registrations/s",
            "logins/s",
            0.9,
            registered.rate.by(&sqlite.logins.rate),
        ),
    ];
    let rate = |what, rounds| Figure::new(what, Unit::PerSecond, rounds);
    let share = |what, rounds| Figure::new(what, Unit::Share, rounds);
    Findings {
        rows,
        figures: vec![
            rate("raw hashes, Postgres", postgres.hashes),
            rate("logins, Postgres", postgres.logins.rate),
            share("logins turned away, Postgres", postgres.logins.turned_away),
            rate("raw hashes, SQLite", sqlite.hashes),
            rate("logins, SQLite", sqlite.logins.rate),
            share("logins turned away, SQLite", sqlite.logins.turned_away),
            rate("registrations", registered.rate),
            share("registrations turned away", registered.turned_away),
        ],
    }
}

impl Measured {
    fn compare(&mut self, bench: &Bench, server: &Server) -> Outcome<()> {
        self.hashes.push(raw_hashes(bench)?);
        self.logins.measure(server, &mut logins(PEOPLE))
    }
}

impl Served {
    /// Counts once the queue is full. Nothing is left to do for the server when this returns.
    fn measure(&mut self, server: &Server, requests: &mut impl Requests) -> Outcome<()> {
        let mut load = Load::connect(server.address(), IN_FLIGHT, Rest::Spin)?;
        load.flat_out_answers(IN_FLIGHT as u64, requests)?;
        let tally = load
            .flat_out_answers(u64::from(COUNT), requests)?
            .served()?;
        load.finish()?;
        self.rate.push(tally.rate());
        self.turned_away.push(tally.turned_away_share());
        Ok(())
    }
}

/// Hashes a second of a process on the server's core that does nothing else, while the load's core is as busy as with
/// logins.
fn raw_hashes(bench: &Bench) -> Outcome<f64> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args(["hash", "--count", &COUNT.to_string()])
        .stdout(Stdio::piped());
    bench.cores().server.give(&mut command);
    let mut child = process::spawn(command, Signal::Kill)?;
    while child.try_wait()?.is_none() {
        load::spin(STEP)?;
    }
    let mut printed = String::new();
    if let Some(mut output) = child.stdout.take() {
        output.read_to_string(&mut printed)?;
    }
    Ok(printed.trim().parse()?)
}
