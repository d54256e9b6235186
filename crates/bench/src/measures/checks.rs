//! A session check against the cheapest possible answer on this machine, with metrics and without, and on Postgres
//! against SQLite.
//!
//! Four servers run side by side and are loaded in turn: the limit, a node on SQLite, one that counts for Prometheus, a
//! node on Postgres. A hundred sessions are live on each, and their tokens are used in random order.

use super::Measure;
use super::cost::{Costs, Pace, TURNS};
use crate::Outcome;
use crate::bench::Bench;
use crate::database::{Database, Person, tokens};
use crate::load::{body_length, get};
use crate::processes::{Launch, Server, azuma, limit};
use crate::report::{Findings, Reach, Row, Unit};

pub const MEASURE: Measure = Measure {
    name: "checks",
    about: "session checks against a bare handler, and on Postgres against SQLite",
    run,
};

const SESSIONS: u32 = 100;

/// The cost of one server at both paces.
#[derive(Default)]
struct Both {
    fixed: Costs,
    flat_out: Costs,
}

fn run(bench: &Bench) -> Outcome<Findings> {
    let limit = limit(bench)?.start()?;
    let sqlite = node(bench, &Database::sqlite(bench)?)?.start()?;
    let counting = node(bench, &Database::sqlite(bench)?)?
        .set("telemetry.metrics_listen", "127.0.0.1:0")
        .start()?;
    let postgres = Database::postgres(bench)?;
    let on_postgres = node(bench, &postgres)?.start()?;
    expect_equal_bodies(&limit, &sqlite)?;
    let servers = [limit, sqlite, counting, on_postgres];
    let tokens = tokens(0..SESSIONS);
    let mut costs: [Both; 4] = Default::default();
    for _ in bench.turns(TURNS) {
        for (server, costs) in servers.iter().zip(&mut costs) {
            costs.fixed.measure(bench, server, &tokens, Pace::Fixed)?;
            costs
                .flat_out
                .measure(bench, server, &tokens, Pace::FlatOut)?;
        }
    }
    Ok(findings(&costs))
}

fn node(bench: &Bench, database: &Database) -> Outcome<Launch> {
    database.insert(0..SESSIONS)?;
    azuma(bench, database.url())
}

/// Fails unless both answers have the same length; otherwise the comparison would be unfair.
fn expect_equal_bodies(limit: &Server, azuma: &Server) -> Outcome<()> {
    let request = get("/user/self", Some(&Person(0).token()));
    let theirs = body_length(limit.address(), &request)?;
    let ours = body_length(azuma.address(), &request)?;
    if ours != theirs {
        return Err(format!("azuma's body has {ours} bytes, the limit's {theirs}").into());
    }
    Ok(())
}

fn findings([limit, sqlite, counting, postgres]: &[Both; 4]) -> Findings {
    let mut findings = Findings::default();
    for (costs, kind) in [(sqlite, ""), (counting, ", with metrics")] {
        findings.rows.extend(against_the_limit(costs, kind, limit));
    }
    let on_postgres = |pace, rounds| {
        let what = format!("CPU time per request on Postgres, {pace}");
        Row::new(what, "on SQLite", Reach::AtMost(1.03), Unit::Times, rounds)
    };
    findings.rows.extend([
        on_postgres(
            "at 50,000/s",
            postgres.fixed.micros.by(&sqlite.fixed.micros),
        ),
        on_postgres(
            "flat out",
            postgres.flat_out.micros.by(&sqlite.flat_out.micros),
        ),
    ]);
    for (name, costs) in [
        ("limit", limit),
        ("SQLite", sqlite),
        ("SQLite, with metrics", counting),
        ("Postgres", postgres),
    ] {
        findings
            .figures
            .extend(costs.fixed.figures(name, "50,000/s"));
        findings
            .figures
            .extend(costs.flat_out.figures(name, "flat out"));
    }
    findings
}

/// The rows of a node of some kind.
fn against_the_limit(node: &Both, kind: &str, limit: &Both) -> [Row; 3] {
    let check = "`GET /user/self`";
    let row =
        |what: String, reach, rounds| Row::new(what, "the limit's", reach, Unit::Times, rounds);
    [
        row(
            format!("{check}: server CPU time per request, at 50,000/s{kind}"),
            Reach::AtMost(1.15),
            node.fixed.micros.by(&limit.fixed.micros),
        ),
        row(
            format!("{check}: server CPU time per request, flat out{kind}"),
            Reach::AtMost(1.15),
            node.flat_out.micros.by(&limit.flat_out.micros),
        ),
        row(
            format!("{check}: requests/s, flat out{kind}"),
            Reach::AtLeast(0.90),
            node.flat_out.rate.by(&limit.flat_out.rate),
        ),
    ]
}
