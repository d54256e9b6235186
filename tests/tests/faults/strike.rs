//! Something that breaks and is mended.

use std::time::{Duration, Instant};

use azuma_checker::history::Broken;
use azuma_tests::fault::Fault;
use fastrand::Rng;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::sleep;

use super::run::Seen;
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

impl Part {
    fn node(self) -> Option<u32> {
        match self {
            Self::Node(number) => u32::try_from(number).ok(),
            _ => None,
        }
    }
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
    pub done: Vec<Broken>,
    /// What could not be broken, or not be mended: the run says nothing then.
    pub failed: Vec<String>,
}

/// Breaks one thing after another, or two at once, until the time is over, and mends it.
pub async fn strike(system: &dyn System, seen: &Seen, mut rng: Rng, lasts: Duration) -> Struck {
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
            let from = seen.now();
            let over = spawn_blocking(move || {
                let fault = begin();
                std::thread::sleep(span);
                fault.end();
            });
            at_once.spawn(async move { (what, on, from, over.await) });
        }
        while let Some(ended) = at_once.join_next().await {
            let (what, on, from, outcome) = ended.expect("nobody panics while waiting");
            if let Err(error) = outcome {
                struck.failed.push(format!("{on:?}: {what}: {error}"));
            }
            struck.done.push(Broken {
                what: format!("{on:?}: {what}"),
                node: on.node(),
                from,
                to: seen.now(),
            });
        }
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
