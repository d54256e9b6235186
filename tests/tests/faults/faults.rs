//! What breaks, and when: a seed decides.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::sleep;

use super::nodes::{Nodes, Stop};

/// Something that breaks.
#[derive(Clone, Copy, Debug)]
enum Strike {
    Restart(usize, Stop),
    Pause(usize),
    Cut(usize),
    CutAnswers(usize),
    KillConnections(usize),
    FreezeConnections(usize),
    RestartPostgres,
    /// A program beside the servers reads the file again and again.
    ReadBeside,
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
pub async fn strike(nodes: &Arc<Nodes>, mut rng: Rng, lasts: Duration) -> Struck {
    let began = Instant::now();
    let mut struck = Struck::default();
    while began.elapsed() < lasts {
        sleep(Duration::from_millis(rng.u64(300..1_500))).await;
        let mut at_once = JoinSet::new();
        for strike in choose(&mut rng, nodes) {
            let span = Duration::from_millis(rng.u64(300..strike.longest()));
            let what = format!("{:?}: {strike:?} for {span:?}", began.elapsed());
            struck.done.push(what.clone());
            let nodes = Arc::clone(nodes);
            at_once.spawn(async move {
                let done = spawn_blocking(move || strike.happen(&nodes, span)).await;
                done.map_err(|error| format!("{what}: {error}"))
            });
        }
        let outcomes = at_once.join_all().await;
        struck
            .failed
            .extend(outcomes.into_iter().filter_map(Result::err));
    }
    struck
}

/// One thing, or two that can happen together. A server that starts needs its database.
fn choose(rng: &mut Rng, nodes: &Nodes) -> Vec<Strike> {
    let first = any(rng, nodes);
    let second = any(rng, nodes);
    let both =
        rng.u8(0..3) == 0 && !first.is_in_the_way_of(second) && !second.is_in_the_way_of(first);
    match both {
        true => vec![first, second],
        false => vec![first],
    }
}

fn any(rng: &mut Rng, nodes: &Nodes) -> Strike {
    let node = rng.usize(0..nodes.count());
    let stop = match rng.bool() {
        true => Stop::Kill,
        false => Stop::Terminate,
    };
    if !nodes.is_on_postgres() {
        return match rng.u8(0..4) {
            0 | 1 => Strike::Restart(node, stop),
            2 => Strike::Pause(node),
            _ => Strike::ReadBeside,
        };
    }
    match rng.u8(0..8) {
        0 | 1 => Strike::Restart(node, stop),
        2 => Strike::Pause(node),
        3 => Strike::Cut(node),
        4 => Strike::CutAnswers(node),
        5 => Strike::KillConnections(node),
        6 => Strike::FreezeConnections(node),
        _ => Strike::RestartPostgres,
    }
}

impl Strike {
    fn node(self) -> Option<usize> {
        match self {
            Self::Restart(node, _)
            | Self::Pause(node)
            | Self::Cut(node)
            | Self::CutAnswers(node)
            | Self::KillConnections(node)
            | Self::FreezeConnections(node) => Some(node),
            Self::RestartPostgres | Self::ReadBeside => None,
        }
    }

    /// How long it lasts at most, in milliseconds: what stands still, for longer than a unit of work may take.
    fn longest(self) -> u64 {
        match self {
            Self::Cut(_) | Self::CutAnswers(_) | Self::FreezeConnections(_) => 8_000,
            Self::Restart(..)
            | Self::Pause(_)
            | Self::KillConnections(_)
            | Self::RestartPostgres
            | Self::ReadBeside => 4_500,
        }
    }

    /// Whether the other cannot be made while this lasts.
    fn is_in_the_way_of(self, other: Self) -> bool {
        match self {
            Self::RestartPostgres => !matches!(other, Self::Pause(_)),
            Self::ReadBeside => matches!(other, Self::ReadBeside),
            Self::Restart(..)
            | Self::Pause(_)
            | Self::Cut(_)
            | Self::CutAnswers(_)
            | Self::KillConnections(_)
            | Self::FreezeConnections(_) => self.node() == other.node(),
        }
    }

    /// Breaks it, and mends it after a while.
    fn happen(self, nodes: &Nodes, span: Duration) {
        let fault = match self {
            Self::Restart(node, stop) => return nodes.restart(node, stop, span / 4),
            Self::Pause(node) => return nodes.pause(node, span),
            Self::RestartPostgres => return nodes.restart_postgres(span / 4),
            Self::ReadBeside => {
                let until = Instant::now() + span;
                while Instant::now() < until {
                    nodes.read_beside();
                }
                return;
            }
            Self::Cut(node) => nodes.cut(node),
            Self::CutAnswers(node) => nodes.cut_answers(node),
            Self::KillConnections(node) => nodes.kill_connections(node),
            Self::FreezeConnections(node) => nodes.freeze_connections(node),
        };
        std::thread::sleep(span);
        drop(fault);
    }
}
