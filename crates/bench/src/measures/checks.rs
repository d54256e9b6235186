//! A session check against the cheapest possible answer on this machine, and on Postgres against SQLite.
//!
//! Three servers run side by side and are loaded in turn: the limit, a node on SQLite, a node on Postgres. A hundred
//! sessions are live on each, and their tokens are used in random order.

use super::Measure;
use super::cost::{Costs, Pace, TURNS};
use crate::Outcome;
use crate::bench::Bench;
use crate::database::{Database, Person, tokens};
use crate::load::{body_length, get};
use crate::processes::{Server, azuma, limit};
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
    let databases = [Database::sqlite(bench)?, Database::postgres(bench)?];
    let [sqlite, postgres] = databases.each_ref().map(|database| node(bench, database));
    let (sqlite, postgres) = (sqlite?, postgres?);
    expect_equal_bodies(&limit, &sqlite)?;
    let servers = [limit, sqlite, postgres];
    let tokens = tokens(0..SESSIONS);
    let mut costs: [Both; 3] = Default::default();
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

fn node(bench: &Bench, database: &Database) -> Outcome<Server> {
    database.insert(0..SESSIONS)?;
    azuma(bench, database.url())?.start()
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

fn findings([limit, sqlite, postgres]: &[Both; 3]) -> Findings {
    let cpu = "`GET /user/self`: server CPU time per request";
    let on_postgres = "CPU time per request on Postgres";
    let row = |what, against, reach, rounds| Row::new(what, against, reach, Unit::Times, rounds);
    let mut findings = Findings::default();
    findings.rows.extend([
        row(
            format!("{cpu}, at 50,000/s"),
            "the limit's",
            Reach::AtMost(1.15),
            sqlite.fixed.micros.by(&limit.fixed.micros),
        ),
        row(
            format!("{cpu}, flat out"),
            "the limit's",
            Reach::AtMost(1.15),
            sqlite.flat_out.micros.by(&limit.flat_out.micros),
        ),
        row(
            "`GET /user/self`: requests/s, flat out".to_owned(),
            "the limit's",
            Reach::AtLeast(0.90),
            sqlite.flat_out.rate.by(&limit.flat_out.rate),
        ),
        row(
            format!("{on_postgres}, at 50,000/s"),
            "on SQLite",
            Reach::AtMost(1.03),
            postgres.fixed.micros.by(&sqlite.fixed.micros),
        ),
        row(
            format!("{on_postgres}, flat out"),
            "on SQLite",
            Reach::AtMost(1.03),
            postgres.flat_out.micros.by(&sqlite.flat_out.micros),
        ),
    ]);
    for (name, costs) in [("limit", limit), ("SQLite", sqlite), ("Postgres", postgres)] {
        findings
            .figures
            .extend(costs.fixed.figures(name, "50,000/s"));
        findings
            .figures
            .extend(costs.flat_out.figures(name, "flat out"));
    }
    findings
}
