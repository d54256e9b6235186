//! What the API for services costs, and how soon services know.

mod batches;
mod changes;
mod followers;

use super::Measure;
use crate::Outcome;
use crate::bench::Bench;
use crate::report::Findings;

pub const MEASURE: Measure = Measure {
    name: "services",
    about: "checks of many tokens at once, and followers of the history",
    run,
};

fn run(bench: &Bench) -> Outcome<Findings> {
    let mut findings = batches::run(bench)?;
    for more in [changes::run(bench)?, followers::run(bench)?] {
        findings.rows.extend(more.rows);
        findings.figures.extend(more.figures);
    }
    Ok(findings)
}

/// The question of a follower that begins now, for a stream of events.
fn follow(token: &str) -> Vec<u8> {
    format!(
        "GET /service/changes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nAccept: text/event-stream\r\n\r\n"
    )
    .into_bytes()
}
