//! Logins against raw password hashes on the same core, and registrations against logins, on SQLite.
//!
//! Eight logins are in flight, each connection's next as soon as its last is answered. The hashes have the core for
//! themselves while they are measured. The load generator never sleeps, whatever is measured: the hashes themselves take
//! longer while the other core is busy.

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
const IN_FLIGHT: usize = 8;
/// Names of one turn do not reach those of the next.
const NAMES_OF_A_TURN: u32 = 100_000;

/// What the server did of one kind, once a turn.
#[derive(Default)]
struct Served {
    rate: Series,
    turned_away: Series,
}

fn run(bench: &Bench) -> Outcome<Findings> {
    let database = Database::sqlite(bench)?;
    database.insert(0..PEOPLE)?;
    let server = azuma(bench, database.url())?.start()?;
    // A server that starts sees how long a hash takes, once it is left alone.
    thread::sleep(bench.seconds(1.0, 0.2));
    let span = bench.seconds(1.0, 0.5);
    let mut hashes = Series::default();
    let (mut logged_in, mut registered) = (Served::default(), Served::default());
    for turn in bench.turns(bench.either(TURNS, 1)) {
        hashes.push(raw_hashes(bench, span)?);
        logged_in.measure(bench, &server, &mut logins(PEOPLE), span)?;
        let names = &mut registrations(turn * NAMES_OF_A_TURN);
        registered.measure(bench, &server, names, span)?;
    }
    let row = |what, against, reach, rounds| {
        Row::new(what, against, Reach::AtLeast(reach), Unit::Times, rounds)
    };
    let rates = (
        logged_in.rate.by(&hashes),
        registered.rate.by(&logged_in.rate),
    );
    let figure = |what, unit, rounds| Figure::new(what, unit, rounds);
    Ok(Findings {
        rows: vec![
            row("logins/s on one core", "raw hashes/s", 0.95, rates.0),
            row("registrations/s", "logins/s", 0.9, rates.1),
        ],
        figures: vec![
            figure("raw hashes", Unit::PerSecond, hashes),
            figure("logins", Unit::PerSecond, logged_in.rate),
            figure("logins turned away", Unit::Share, logged_in.turned_away),
            figure("registrations", Unit::PerSecond, registered.rate),
            figure(
                "registrations turned away",
                Unit::Share,
                registered.turned_away,
            ),
        ],
    })
}

impl Served {
    /// Counts once the queue is full. Nothing is left to do for the server when this returns.
    fn measure(
        &mut self,
        bench: &Bench,
        server: &Server,
        requests: &mut impl Requests,
        span: Duration,
    ) -> Outcome<()> {
        let mut load = Load::connect(server.address(), IN_FLIGHT, Rest::Spin)?;
        load.flat_out(bench.seconds(0.25, 0.2), requests)?;
        let tally = load.flat_out(span, requests)?.served()?;
        load.finish()?;
        self.rate.push(tally.rate());
        self.turned_away.push(tally.turned_away_share());
        Ok(())
    }
}

/// Hashes a second of a process on the server's core that does nothing else, while the load's core is as busy as with
/// logins.
fn raw_hashes(bench: &Bench, span: Duration) -> Outcome<f64> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args(["hash", "--millis", &span.as_millis().to_string()])
        .stdout(Stdio::piped());
    bench.cores().server.give(&mut command);
    let mut child = process::spawn(command, Signal::Kill)?;
    load::spin(span)?;
    let mut printed = String::new();
    if let Some(mut output) = child.stdout.take() {
        output.read_to_string(&mut printed)?;
    }
    child.wait()?;
    Ok(printed.trim().parse()?)
}
