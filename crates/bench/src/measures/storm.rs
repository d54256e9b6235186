//! Session checks while 64 logins are always in flight, on SQLite.
//!
//! Checks arrive at 200 a second whatever happens, and each is timed from when it was due. They carry one of 1,000
//! tokens that were used before; 1 in 20 carries one that was never used, which only the database knows. Each round
//! has a server of its own, so that its memory is compared with what it had when it was idle. It is seen calm and in a
//! storm in turns, because what else goes on in the machine comes and goes within seconds.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use super::Measure;
use super::cost::CONNECTIONS;
use crate::Outcome;
use crate::bench::Bench;
use crate::database::{Database, Token, tokens};
use crate::load::{Load, Order, Requests, Rest, Tally, checks, checks_partly_new, logins};
use crate::processes::{Server, azuma};
use crate::report::{Figure, Findings, Reach, Row, Unit};
use crate::statistics::{Series, quantile};

pub const MEASURE: Measure = Measure {
    name: "storm",
    about: "session checks and memory while 64 logins are in flight",
    run,
};

const RATE: u32 = 200;
const ONE_NEW_IN: u32 = 20;
const KNOWN: u32 = 1_000;
/// New tokens, enough for the calm and the storm of a turn.
const NEW_OF_A_TURN: u32 = 40;
/// How often each server is seen calm and in a storm.
const TURNS: u32 = 4;
/// In flight; fewer in a short run, where a slow machine would turn them away.
const LOGINS: [usize; 2] = [64, 16];
/// MiB that one hash takes.
const HASH_MEMORY: f64 = 19.0;

#[derive(Default)]
struct Measured {
    calm_p99: Series,
    storm_p99: Series,
    logins_alone: Series,
    logins_in_storm: Series,
    turned_away: Series,
    idle_memory: Series,
    storm_memory: Series,
}

fn run(bench: &Bench) -> Outcome<Findings> {
    let database = Database::sqlite(bench)?;
    database.insert(0..KNOWN + bench.plan().rounds() * TURNS * NEW_OF_A_TURN)?;
    let known = tokens(0..KNOWN);
    let mut new = (KNOWN..).step_by(NEW_OF_A_TURN as usize);
    let mut measured = Measured::default();
    for _ in bench.rounds() {
        let server = azuma(bench, database.url())?.start()?;
        thread::sleep(bench.seconds(1.0, 0.1));
        let idle_memory = server.memory()?;
        use_once(&server, &known)?;
        let (mut logins_alone, mut logins_in_storm) = (Tally::default(), Tally::default());
        for first in new.by_ref().take(bench.either(TURNS, 1) as usize) {
            let new = tokens(first..first + NEW_OF_A_TURN);
            let (for_calm, for_storm) = new.split_at(new.len() / 2);
            let p99 = |checks: Tally| quantile(&checks.latencies, 0.99);
            let calm = calm(bench, &server, &known, for_calm)?;
            measured.calm_p99.push(p99(calm));
            server.forget_peak()?;
            let storm = storm(bench, &server, &known, for_storm)?;
            measured.storm_memory.push(server.peak_memory()?);
            measured.idle_memory.push(idle_memory);
            measured.storm_p99.push(p99(storm.checks));
            logins_alone.add(storm.logins_alone);
            logins_in_storm.add(storm.logins);
        }
        measured.logins_alone.push(logins_alone.rate());
        measured.logins_in_storm.push(logins_in_storm.rate());
        measured
            .turned_away
            .push(logins_in_storm.turned_away_share());
    }
    Ok(findings(measured))
}

fn use_once(server: &Server, tokens: &[Token]) -> Outcome<()> {
    let mut load = Load::connect(server.address(), CONNECTIONS, Rest::Sleep)?;
    let count = tokens.len() as u64;
    load.flat_out_count(count, &mut checks(tokens, Order::InTurn))?
        .faultless()?;
    Ok(())
}

fn calm(bench: &Bench, server: &Server, known: &[Token], new: &[Token]) -> Outcome<Tally> {
    let mut requests = checks_partly_new(known, ONE_NEW_IN, new);
    let mut load = Load::connect(server.address(), CONNECTIONS, Rest::Sleep)?;
    load.paced(RATE, span(bench), &mut requests)?.faultless()
}

/// How long a calm and a storm last, and the logins before it.
fn span(bench: &Bench) -> Duration {
    bench.seconds(1.25, 1.0)
}

/// The result of a storm.
struct Storm {
    logins_alone: Tally,
    logins: Tally,
    checks: Tally,
}

/// The checks begin when the logins have been in flight alone for a while.
fn storm(bench: &Bench, server: &Server, known: &[Token], new: &[Token]) -> Outcome<Storm> {
    let raging = Barrier::new(2);
    let log_in = || -> Outcome<(Tally, Tally)> {
        let begun = rage(bench, server);
        raging.wait();
        let (mut load, mut requests, alone) = begun?;
        let during = load.flat_out(span(bench), &mut requests)?.served()?;
        load.finish()?;
        Ok((alone, during))
    };
    thread::scope(|scope| {
        let logins = scope.spawn(|| log_in().map_err(|error| format!("logins: {error}")));
        let load = Load::connect(server.address(), CONNECTIONS, Rest::Sleep);
        raging.wait();
        let mut requests = checks_partly_new(known, ONE_NEW_IN, new);
        let checks = load?.paced(RATE, span(bench), &mut requests)?.faultless()?;
        let (logins_alone, logins) = logins.join().map_err(|_| "the logins panicked")??;
        Ok(Storm {
            logins_alone,
            logins,
            checks,
        })
    })
}

/// Logins in flight, and their result without checks.
fn rage(bench: &Bench, server: &Server) -> Outcome<(Load, impl Requests, Tally)> {
    let [full, short] = LOGINS;
    let mut load = Load::connect(server.address(), bench.either(full, short), Rest::Sleep)?;
    let mut requests = logins(KNOWN);
    load.flat_out(bench.seconds(0.5, 0.3), &mut requests)?;
    let alone = load.flat_out(span(bench), &mut requests)?;
    Ok((load, requests, alone.served()?))
}

fn findings(measured: Measured) -> Findings {
    let Measured {
        calm_p99,
        storm_p99,
        logins_alone,
        logins_in_storm,
        turned_away,
        idle_memory,
        storm_memory,
    } = measured;
    let p99 = "p99 of checks at 200/s while 64 logins are in flight";
    Findings {
        rows: vec![
            Row::new(
                p99,
                "without logins",
                Reach::AtMost(1.5),
                Unit::Times,
                storm_p99.by(&calm_p99),
            ),
            Row::new(
                p99,
                "",
                Reach::AtMost(5.0),
                Unit::Milliseconds,
                storm_p99.clone(),
            ),
            Row::new(
                "logins/s in that storm",
                "without checks",
                Reach::AtLeast(0.95),
                Unit::Times,
                logins_in_storm.by(&logins_alone),
            ),
            Row::new(
                "resident memory in that storm, at its peak",
                "idle",
                Reach::AtMost(HASH_MEMORY + 15.0),
                Unit::MoreMebibytes,
                storm_memory.less(&idle_memory),
            ),
        ],
        figures: vec![
            Figure::new("calm: p99 of checks", Unit::Milliseconds, calm_p99),
            Figure::new("storm: p99 of checks", Unit::Milliseconds, storm_p99),
            Figure::new(
                "64 logins in flight, no checks: logins",
                Unit::PerSecond,
                logins_alone,
            ),
            Figure::new("storm: logins", Unit::PerSecond, logins_in_storm),
            Figure::new("storm: logins turned away", Unit::Share, turned_away),
            Figure::new("idle: resident memory", Unit::Mebibytes, idle_memory),
            Figure::new("storm: resident memory", Unit::Mebibytes, storm_memory),
        ],
    }
}
