//! What checks of busy sessions cause the database to write, on Postgres.
//!
//! 300 sessions are used 20 times a second each. `pg_stat_statements` counts every statement of the node, those that
//! begin and end transactions included. What the node asks while nobody asks it, its polls, is counted before and
//! taken off. The count begins when the sessions' first uses are over, and takes just less than a minute: as long as
//! each of them may be written no more than once.

use std::thread;
use std::time::{Duration, Instant};

use super::Measure;
use super::cost::CONNECTIONS;
use crate::Outcome;
use crate::bench::Bench;
use crate::database::{Database, Statements, tokens};
use crate::load::{Load, Order, Rest, checks};
use crate::processes::azuma;
use crate::report::{Figure, Findings, Reach, Row, Unit};
use crate::statistics::Series;

pub const MEASURE: Measure = Measure {
    name: "writes",
    about: "statements and rows written while sessions are busy",
    run,
};

const SESSIONS: u32 = 300;
/// Checks a second: 1,200 a session and minute.
const RATE: u32 = 6_000;

fn run(bench: &Bench) -> Outcome<Findings> {
    let database = Database::postgres(bench)?;
    database.insert(0..SESSIONS)?;
    let Database::Postgres(counted) = &database else {
        return Err("the database is in Postgres".into());
    };
    let count = || counted.statements();
    let server = azuma(bench, database.url())?.start()?;
    thread::sleep(Duration::from_secs(1));
    eprintln!("   idle");
    let idle = asked_while(count, || {
        thread::sleep(bench.seconds(10.0, 1.0));
        Ok(())
    })?;

    let tokens = tokens(0..SESSIONS);
    let mut requests = checks(&tokens, Order::InTurn);
    let mut load = Load::connect(server.address(), CONNECTIONS, Rest::Sleep)?;
    eprintln!("   busy, not counted yet");
    load.paced(RATE, bench.seconds(25.0, 0.5), &mut requests)?
        .faultless()?;
    eprintln!("   busy");
    let mut answered = 0;
    let busy = asked_while(count, || {
        let tally = load.paced(RATE, bench.seconds(59.5, 2.0), &mut requests)?;
        answered = tally.faultless()?.answered;
        Ok(())
    })?;
    Ok(findings(&idle, &busy, answered))
}

/// The statements and rows of a span.
struct Asked {
    statements: f64,
    rows: f64,
    seconds: f64,
}

/// Counts the statements and rows during `span`.
fn asked_while(
    count: impl Fn() -> Outcome<Statements>,
    span: impl FnOnce() -> Outcome<()>,
) -> Outcome<Asked> {
    let (start, before) = (Instant::now(), count()?);
    span()?;
    let (seconds, after) = (start.elapsed().as_secs_f64(), count()?);
    Ok(Asked {
        statements: f64::from(after.statements - before.statements),
        rows: f64::from(after.rows_written - before.rows_written),
        seconds,
    })
}

fn findings(idle: &Asked, busy: &Asked, answered: u64) -> Findings {
    let polls = busy.seconds / idle.seconds;
    let statements = (busy.statements - idle.statements * polls).max(0.0);
    let rows = (busy.rows - idle.rows * polls).max(0.0);
    let thousands = answered as f64 / 1e3;
    let row = |what: &str, got: f64| {
        let what = format!("{what}, polls aside");
        Row::new(what, "", Reach::AtMost(1.0), Unit::Count, once(got))
    };
    let figure = |what, got| Figure::new(what, Unit::PerSecond, once(got));
    Findings {
        rows: vec![
            row(
                "statements per 1,000 checks of busy sessions",
                statements / thousands,
            ),
            row(
                "rows written per 1,000 checks of busy sessions",
                rows / thousands,
            ),
            row(
                "rows written per busy session and minute",
                rows / f64::from(SESSIONS),
            ),
        ],
        figures: vec![
            figure("busy sessions: checks", answered as f64 / busy.seconds),
            figure(
                "busy sessions: statements, polls included",
                busy.statements / busy.seconds,
            ),
            figure("idle: statements", idle.statements / idle.seconds),
        ],
    }
}

fn once(figure: f64) -> Series {
    Series::from_iter([figure])
}
