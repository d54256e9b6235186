//! The memory of an idle server on a new SQLite database, against the limit.
//!
//! Each round starts one of each. All are started at once and measured ten seconds later.

use std::thread;

use super::Measure;
use crate::Outcome;
use crate::bench::Bench;
use crate::database::Database;
use crate::processes::{Server, azuma, limit};
use crate::report::{Figure, Findings, Reach, Row, Unit};
use crate::statistics::Series;

pub const MEASURE: Measure = Measure {
    name: "memory",
    about: "anonymous memory of an idle server",
    run,
};

fn run(bench: &Bench) -> Outcome<Findings> {
    let (mut limits, mut nodes) = (Vec::new(), Vec::new());
    for _ in bench.rounds() {
        limits.push(limit(bench)?.start()?);
        nodes.push(azuma(bench, Database::sqlite(bench)?.url())?.start()?);
    }
    thread::sleep(bench.seconds(10.0, 1.0));
    let (limits, nodes) = (memory(&limits)?, memory(&nodes)?);
    let idle = "idle: anonymous resident memory";
    let figure = |server, rounds| Figure::new(format!("{server}, {idle}"), Unit::Mebibytes, rounds);
    Ok(Findings {
        rows: vec![Row::new(
            "anonymous resident memory 10 s after start, SQLite",
            "the limit's",
            Reach::AtMost(5.0),
            Unit::MoreMebibytes,
            nodes.less(&limits),
        )],
        figures: vec![figure("limit", limits), figure("SQLite", nodes)],
    })
}

fn memory(servers: &[Server]) -> Outcome<Series> {
    servers.iter().map(Server::anonymous_memory).collect()
}
