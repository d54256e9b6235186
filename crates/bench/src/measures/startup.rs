//! From the start of the process to its first answer of 200, on an SQLite database that exists and is migrated.

use super::Measure;
use crate::Outcome;
use crate::bench::Bench;
use crate::database::Database;
use crate::processes::{Launch, azuma, limit};
use crate::report::{Figure, Findings, Reach, Row, Unit};
use crate::statistics::Series;

pub const MEASURE: Measure = Measure {
    name: "startup",
    about: "from process start to the first 200",
    run,
};

/// How often each server is started in a round.
const STARTS: u32 = 4;

fn run(bench: &Bench) -> Outcome<Findings> {
    let database = Database::sqlite(bench)?;
    let (mut limits, mut nodes) = (Series::default(), Series::default());
    for _ in bench.rounds() {
        for _ in 0..STARTS {
            limits.push(millis(limit(bench)?)?);
            nodes.push(millis(azuma(bench, database.url())?)?);
        }
    }
    let start = "process start to first 200";
    let figure =
        |server, rounds| Figure::new(format!("{server}: {start}"), Unit::Milliseconds, rounds);
    Ok(Findings {
        rows: vec![Row::new(
            format!("{start}, existing SQLite database, migrations checked"),
            "the limit's",
            Reach::AtMost(10.0),
            Unit::MoreMilliseconds,
            nodes.less(&limits),
        )],
        figures: vec![figure("limit", limits), figure("SQLite", nodes)],
    })
}

/// The server is killed as soon as it has answered.
fn millis(launch: Launch) -> Outcome<f64> {
    let (_server, took) = launch.start_timed()?;
    Ok(took.as_secs_f64() * 1e3)
}
