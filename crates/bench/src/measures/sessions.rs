//! A session check with a million live sessions against one with a hundred, on SQLite.
//!
//! A tenth of the million are in use: each was used once before, and is then used in random order.

use super::Measure;
use super::cost::{CONNECTIONS, Costs, Pace, TURNS};
use crate::Outcome;
use crate::bench::Bench;
use crate::database::{Database, Token, tokens};
use crate::load::{Load, Order, Rest, checks};
use crate::processes::{Server, azuma};
use crate::report::{Findings, Reach, Row, Unit};

pub const MEASURE: Measure = Measure {
    name: "sessions",
    about: "session checks with a million live sessions against a hundred",
    run,
};

const FEW: u32 = 100;

fn run(bench: &Bench) -> Outcome<Findings> {
    let many = bench.either(1_000_000, 10_000);
    let [live, in_use] = bench.either(["1,000,000", "100,000"], ["10,000", "1,000"]);
    let (few_server, few_tokens) = start(bench, FEW, FEW)?;
    let (many_server, many_tokens) = start(bench, many, many / 10)?;
    let (mut few, mut many) = (Costs::default(), Costs::default());
    // Twice as often as elsewhere: the two differ by little, and other users of the machine's memory come and go.
    for _ in bench.turns(2 * TURNS) {
        few.measure(bench, &few_server, &few_tokens, Pace::Fixed)?;
        many.measure(bench, &many_server, &many_tokens, Pace::Fixed)?;
    }
    let mut findings = Findings::default();
    findings.rows.push(Row::new(
        format!("CPU time per request with {live} live sessions, {in_use} of them in use"),
        "with 100 sessions",
        Reach::AtMost(1.25),
        Unit::Times,
        many.micros.by(&few.micros),
    ));
    findings
        .figures
        .extend(few.figures("100 sessions", "50,000/s"));
    findings
        .figures
        .extend(many.figures(&format!("{live} sessions"), "50,000/s"));
    Ok(findings)
}

/// A node with so many live sessions, and the tokens of those in use, each used once. They are spread over the
/// whole table: ids and hashes do not follow the numbers.
fn start(bench: &Bench, live: u32, in_use: u32) -> Outcome<(Server, Vec<Token>)> {
    let database = Database::sqlite(bench)?;
    eprintln!("   inserting {live} sessions");
    database.insert(0..live)?;
    let server = azuma(bench, database.url())?.start()?;
    let tokens = tokens(0..in_use);
    eprintln!("   using {in_use} of them");
    Load::connect(server.address(), CONNECTIONS, Rest::Sleep)?
        .flat_out_count(u64::from(in_use), &mut checks(&tokens, Order::InTurn))?
        .faultless()?;
    Ok((server, tokens))
}
