//! Something that breaks and is mended.

use std::time::{Duration, Instant};

use azuma_tests::fault::Fault;
use fastrand::Rng;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::sleep;

use super::systems::System;

/// Something that breaks, and is mended.
pub struct Strike {
    /// What breaks, for people.
    what: String,
    on: Part,
    longest: Duration,
    begin: Box<dyn FnOnce() -> Fault + Send>,
}

/// What a strike is on. Two on the same part do not last at the same time; any others may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The node of this number, and its connections.
    Node(usize),
    /// The database's server.
    Database,
    /// What pools the connections to it.
    Pooler,
    /// The file that an SQLite database is, and its disk.
    File,
    /// The clocks of the nodes.
    Clocks,
    /// `azuma`'s commands.
    Commands,
    /// The mail server.
    Mail,
}

impl Strike {
    /// `begin` breaks it, and blocks; dropping the fault mends it, and blocks.
    pub fn new(
        what: impl Into<String>,
        on: Part,
        begin: impl FnOnce() -> Fault + Send + 'static,
    ) -> Self {
        Self {
            what: what.into(),
            on,
            longest: Duration::from_millis(4_500),
            begin: Box::new(begin),
        }
    }

    /// The same with another end.
    #[must_use]
    pub fn followed_by(self, end: impl FnOnce(Fault) -> Fault + Send + 'static) -> Self {
        let begin = self.begin;
        Self {
            begin: Box::new(move || end(begin())),
            ..self
        }
    }

    /// One that may last for longer than a unit of work may take.
    #[must_use]
    pub fn lasting(mut self, longest: Duration) -> Self {
        self.longest = longest;
        self
    }
}

/// What was broken.
#[derive(Default)]
pub struct Struck {
    /// What, and when.
    pub done: Vec<String>,
    /// What could not be broken, or not be mended: the run says nothing then.
    pub failed: Vec<String>,
}

/// Breaks one thing after another, or two at once, until the time is over, and mends it.
pub async fn strike(system: &dyn System, mut rng: Rng, lasts: Duration) -> Struck {
    let began = Instant::now();
    let mut struck = Struck::default();
    while began.elapsed() < lasts {
        sleep(Duration::from_millis(rng.u64(300..1_500))).await;
        let mut at_once = JoinSet::new();
        for Strike {
            what,
            on,
            longest,
            begin,
        } in choose(&mut rng, system)
        {
            let longest = u64::try_from(longest.as_millis()).expect("a short time");
            let span = Duration::from_millis(rng.u64(300..longest));
            let what = format!("{:?}: {on:?}: {what} for {span:?}", began.elapsed());
            struck.done.push(what.clone());
            at_once.spawn(async move {
                let over = spawn_blocking(move || {
                    let fault = begin();
                    std::thread::sleep(span);
                    fault.end();
                });
                over.await.map_err(|error| format!("{what}: {error}"))
            });
        }
        let outcomes = at_once.join_all().await;
        struck
            .failed
            .extend(outcomes.into_iter().filter_map(Result::err));
    }
    struck
}

/// One thing, or two on different parts.
fn choose(rng: &mut Rng, system: &dyn System) -> Vec<Strike> {
    let (first, second) = (any(rng, system), any(rng, system));
    match rng.u8(0..3) == 0 && first.on != second.on {
        true => vec![first, second],
        false => vec![first],
    }
}

fn any(rng: &mut Rng, system: &dyn System) -> Strike {
    match rng.u8(0..5) {
        0 => system.smtp().any_strike(rng),
        _ => system.any_strike(rng),
    }
}
