//! How soon a session that ended on one node is ended on another, on one Postgres, whatever is wrong between the other
//! node and the database.
//!
//! A fault is struck again and again, each time for a few seconds. Sessions that the other node knows are ended
//! through the first one at random moments from shortly before to long into the fault, and the other one is asked about
//! each of them all the while. A node that cannot know says no once its last poll is two seconds old, and from then on
//! no revocation is late: with a frozen backend or a cut network the median says how most fare, the slowest what may happen.

mod fault;
mod trial;

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use azuma_tests::network::Network;

use super::Measure;
use crate::Outcome;
use crate::bench::Bench;
use crate::database::{Database, Person, PostgresDatabase, Token, tokens};
use crate::load::{Load, Order, Rest, ask, checks, get};
use crate::processes::{Server, azuma};
use crate::report::{Figure, Findings, Reach, Row, Unit};
use crate::statistics::Series;
use fault::Fault;
use trial::{Seen, Trial};

pub const MEASURE: Measure = Measure {
    name: "revocations",
    about: "a revocation seen by another node",
    run,
};

/// How often each fault is struck.
const EVENTS: u32 = 5;
/// Sessions that end around each.
const TRIALS: u32 = 40;
/// How long a node may take to recover.
const PATIENCE: Duration = Duration::from_secs(20);

fn run(bench: &Bench) -> Outcome<Findings> {
    let database = Database::postgres(bench)?;
    let all = 4 * EVENTS * TRIALS;
    database.insert(0..all + 1)?;
    let Database::Postgres(postgres) = &database else {
        return Err("the database is in Postgres".into());
    };
    let here = azuma(bench, database.url())?.start()?;
    let scene = |fault: Fault| Scene {
        bench,
        postgres,
        here: here.address(),
        fault,
    };
    let nothing = scene(Fault::Nothing).trials()?;
    // These two do not get in each other's way. A frozen backend may hold a lock that others wait for.
    let (killed, cut) = thread::scope(|scope| {
        let killed = scope.spawn(|| {
            scene(Fault::Killed)
                .trials()
                .map_err(|error| error.to_string())
        });
        let cut = scene(Fault::Cut).trials();
        let killed = killed.join().map_err(|_| "a trial panicked")?;
        Ok::<_, Box<dyn std::error::Error>>((killed?, cut?))
    })?;
    let frozen = scene(Fault::Frozen).trials()?;
    Ok(findings(&[
        (Fault::Nothing, nothing),
        (Fault::Killed, killed),
        (Fault::Frozen, frozen),
        (Fault::Cut, cut),
    ]))
}

/// One fault, and the node it is struck at.
#[derive(Clone, Copy)]
struct Scene<'a> {
    bench: &'a Bench,
    postgres: &'a PostgresDatabase,
    here: SocketAddr,
    fault: Fault,
}

impl Scene<'_> {
    /// All trials of the fault, on a node of their own.
    fn trials(self) -> Outcome<Vec<Seen>> {
        let network = Network::to(self.postgres.address());
        let url = self.postgres.url_by(network.address(), self.fault.node());
        let there = azuma(self.bench, &url)?.start()?;
        let mut seen = Vec::new();
        let events = self.bench.either(EVENTS, 1);
        for event in 0..events {
            eprintln!("   {}, {} of {events}", self.fault.name(), event + 1);
            let first = self.fault.number() * EVENTS * TRIALS + event * TRIALS;
            let ending = tokens(first..first + self.bench.either(TRIALS, 4));
            know(&there, &ending)?;
            seen.extend(self.event(&network, &there, &ending)?);
            recover(&there)?;
        }
        Ok(seen)
    }

    /// Strikes the fault once.
    fn event(self, network: &Network, there: &Server, ending: &[Token]) -> Outcome<Vec<Seen>> {
        let lasts = self.fault.lasts(self.bench);
        let begins = Instant::now() + Duration::from_millis(300);
        let until = begins + lasts + Duration::from_secs(3);
        // Some sessions end before, and none so late that the fault would not matter any more.
        let latest = 0.3 + lasts.as_secs_f64() * 0.7;
        thread::scope(|scope| {
            let trials = ending.iter().map(|token| {
                let trial = Trial {
                    here: self.here,
                    there: there.address(),
                    token: *token,
                    after: Duration::from_secs_f64(fastrand::f64() * latest),
                    until,
                };
                scope.spawn(move || trial.run().map_err(|error| error.to_string()))
            });
            let trials: Vec<_> = trials.collect();
            thread::sleep(begins.saturating_duration_since(Instant::now()));
            let connections = self.postgres.connections(self.fault.node());
            self.fault.strike(network, &connections, lasts);
            let seen = trials.into_iter().map(|trial| match trial.join() {
                Ok(seen) => Ok(seen?),
                Err(_) => Err("a trial panicked".into()),
            });
            seen.collect()
        })
    }
}

/// Uses sessions on a node, which knows them from then on.
fn know(node: &Server, tokens: &[Token]) -> Outcome<()> {
    let mut load = Load::connect(node.address(), tokens.len(), Rest::Sleep)?;
    let count = tokens.len() as u64 * 2;
    load.flat_out_count(count, &mut checks(tokens, Order::InTurn))?
        .faultless()?;
    Ok(())
}

/// Waits until a node answers for a session that never ends.
fn recover(node: &Server) -> Outcome<()> {
    let request = get("/user/self", Some(&Person(4 * EVENTS * TRIALS).token()));
    let begun = Instant::now();
    while !ask(node.address(), &request, PATIENCE).is_ok_and(|status| status == 200) {
        if begun.elapsed() > PATIENCE {
            return Err("the node does not recover".into());
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn findings(faults: &[(Fault, Vec<Seen>)]) -> Findings {
    let mut findings = Findings::default();
    let mut longest: f64 = 0.0;
    for (fault, trials) in faults {
        let millis: Series = trials
            .iter()
            .map(|seen| seen.after.as_secs_f64() * 1e3)
            .collect();
        longest = longest.max(millis.max());
        let name = fault.name();
        for (answer, words) in [
            (Some(401), "a 401"),
            (Some(503), "a 503"),
            (None, "silence"),
        ] {
            let such = trials.iter().filter(|seen| seen.answer == answer).count();
            findings.figures.push(Figure::new(
                format!("{name}: the first that was no yes was {words}"),
                Unit::Share,
                Series::from_iter([such as f64 / trials.len() as f64]),
            ));
        }
        let what = "a revocation seen by the other of two nodes, median";
        findings.rows.push(Row::new(
            what,
            name,
            Reach::AtMost(300.0),
            Unit::Milliseconds,
            millis,
        ));
    }
    findings.rows.push(Row::new(
        "a revocation seen by the other of two nodes, the slowest",
        "whatever is wrong",
        Reach::AtMost(3_000.0),
        Unit::Milliseconds,
        Series::from_iter([longest]),
    ));
    findings
}
