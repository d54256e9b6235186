//! Logins against raw password hashes on the same core, on either database, and registrations against logins, on SQLite.
//! SQLite works on that core, and Postgres on the load's.
//!
//! Sixteen logins are in flight, each connection's next as soon as its last is answered. They are timed from the first that
//! is sent to the last that is answered, so nothing that they cost is left out. The hashes have the core for themselves
//! while they are measured. The load generator never sleeps, whatever is measured: the hashes themselves take longer
//! while the other core is busy.
//!
//! One hash takes up to a third longer than another, and those next to each other are the most alike: so logins are
//! compared often, each time with the hashes just before and just after them. All hashes of one process may be a percent
//! quicker or slower than those of another, so the server is another one each turn.

use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use azuma_tests::process::{self, Signal};

use super::Measure;
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
/// How often a round starts a server on each database.
const TURNS: u32 = 2;
/// How often logins are compared with hashes while it runs.
const COMPARISONS: u32 = 5;
/// In flight; fewer in a short run, where a slow machine would turn them away.
const IN_FLIGHT: [usize; 2] = [16, 4];
/// How many logins, or registrations, are timed together.
const REQUESTS: [u64; 2] = [40, 8];
/// How many hashes are.
const HASHES: u32 = 8;
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
    let mut logins_before = Series::default();
    for turn in bench.turns(bench.either(TURNS, 1)) {
        let server = start(bench, &sqlite)?;
        on_sqlite.compare(bench, &server)?;
        registered.measure(bench, &server, &mut registrations(turn * NAMES_OF_A_TURN))?;
        logins_before.push(on_sqlite.logins.rate.last());
        drop(server);
        on_postgres.compare(bench, &start(bench, &postgres)?)?;
    }
    Ok(Findings {
        rows: rows(&on_sqlite, &on_postgres, registered.rate.by(&logins_before)),
        figures: figures(on_sqlite, on_postgres, registered),
    })
}

/// A server that knows how long a hash takes, which it sees once it is left alone.
fn start(bench: &Bench, database: &Database) -> Outcome<Server> {
    let server = azuma(bench, database.url())?.start()?;
    thread::sleep(bench.seconds(0.3, 0.2));
    Ok(server)
}

fn rows(sqlite: &Measured, postgres: &Measured, registrations: Series) -> Vec<Row> {
    let row = |what, against, reach, rounds| {
        Row::new(what, against, Reach::AtLeast(reach), Unit::Times, rounds)
    };
    let of_hashes = |measured: &Measured| measured.logins.rate.by(&measured.hashes);
    vec![
        row(
            "logins/s on one core, Postgres on the other",
            "raw hashes/s",
            0.92,
            of_hashes(postgres),
        ),
        row(
            "the same, SQLite on the same core",
            "raw hashes/s",
            0.92,
            of_hashes(sqlite),
        ),
        row("registrations/s", "logins/s", 0.9, registrations),
    ]
}

fn figures(sqlite: Measured, postgres: Measured, registered: Served) -> Vec<Figure> {
    let rate = |what, rounds| Figure::new(what, Unit::PerSecond, rounds);
    let share = |what, rounds| Figure::new(what, Unit::Share, rounds);
    vec![
        rate("raw hashes, Postgres", postgres.hashes),
        rate("logins, Postgres", postgres.logins.rate),
        share("logins turned away, Postgres", postgres.logins.turned_away),
        rate("raw hashes, SQLite", sqlite.hashes),
        rate("logins, SQLite", sqlite.logins.rate),
        share("logins turned away, SQLite", sqlite.logins.turned_away),
        rate("registrations", registered.rate),
        share("registrations turned away", registered.turned_away),
    ]
}

impl Measured {
    fn compare(&mut self, bench: &Bench, server: &Server) -> Outcome<()> {
        let mut before = raw_hashes(bench)?;
        for _ in 0..bench.either(COMPARISONS, 1) {
            self.logins.measure(bench, server, &mut logins(PEOPLE))?;
            let after = raw_hashes(bench)?;
            self.hashes.push(f64::midpoint(before, after));
            before = after;
        }
        Ok(())
    }
}

impl Served {
    fn measure(
        &mut self,
        bench: &Bench,
        server: &Server,
        requests: &mut impl Requests,
    ) -> Outcome<()> {
        let [full, short] = IN_FLIGHT;
        let mut load = Load::connect(server.address(), bench.either(full, short), Rest::Spin)?;
        let [full, short] = REQUESTS;
        let tally = load
            .flat_out_count(bench.either(full, short), requests)?
            .served()?;
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
        .args(["hash", "--count", &HASHES.to_string()])
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
