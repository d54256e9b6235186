//! What clients do and what fails. A plan says everything that a run depends on, so that the same plan always has the same
//! history, and what is left out of it does not happen.

use std::time::Duration;

use azuma_checker::history::Policy;
use fastrand::Rng;
use serde::{Deserialize, Serialize};

use crate::theme::Theme;

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Decides delays and ids.
    pub seed: u64,
    /// The nodes: how far the clock of each is ahead, in milliseconds.
    pub clocks_ahead: Vec<i32>,
    /// What each client does, one step after the other.
    pub clients: Vec<Vec<Step>>,
    /// What fails.
    pub faults: Vec<Fault>,
}

/// One step of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// How long it waits before.
    pub pause: Pause,
    /// The node that it asks, if that runs; otherwise the next one that does.
    pub node: usize,
    /// What it does.
    pub action: Action,
}

/// How long a client waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pause {
    /// So many milliseconds.
    Millis(u32),
    /// Until the next half second, so that it meets the others that wait for it.
    Together,
}

/// What a client does. Numbers choose among what clients know when it is done, the newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the names are those of `azuma_checker::history::Request`"
)]
pub enum Action {
    Register {
        name: u8,
        email: Option<u8>,
        policy: Policy,
    },
    RequestAccount {
        name: u8,
        email: u8,
    },
    Follow {
        link: u8,
    },
    LogIn {
        credential: u8,
        policy: Policy,
    },
    Check {
        token: u8,
    },
    /// Checks the token again and again.
    Watch {
        token: u8,
    },
    Renew {
        token: u8,
    },
    Rename {
        token: u8,
        name: u8,
    },
    ChangePassword {
        token: u8,
    },
    ChangeEmail {
        token: u8,
        email: u8,
    },
    LogOut {
        token: u8,
    },
    LogOutEverywhere {
        token: u8,
    },
    Recover {
        email: u8,
    },
    Reset {
        link: u8,
    },
    Delete {
        token: u8,
    },
}

/// What fails. Times are milliseconds since the run began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// A node crashes, and starts again after a while.
    Crash {
        /// The node.
        node: usize,
        /// When.
        at: u32,
        /// How long it does not run.
        down: u32,
    },
    /// A node's unit of work fails.
    Unit {
        /// The node.
        node: usize,
        /// Which of its units of work: the first is 0.
        unit: u32,
        /// When it fails.
        point: Point,
        /// Whether the node survives.
        end: End,
    },
    /// A node hands over a message, and fails.
    Mail {
        /// The node.
        node: usize,
        /// Which of its messages: the first is 0.
        message: u32,
        /// When it fails.
        point: Point,
        /// Whether the node survives.
        end: End,
    },
    /// A node's connections to the database stand still.
    Freeze {
        /// The node.
        node: usize,
        /// Which connections.
        lane: Lane,
        /// Whether questions stand still or answers.
        side: Side,
        /// From when on.
        at: u32,
        /// How long.
        lasts: u32,
    },
    /// The mail server refuses everything for the moment.
    MailDown {
        /// From when on.
        at: u32,
        /// How long.
        lasts: u32,
    },
    /// Much time passes at once.
    Leap {
        /// When.
        at: u32,
        /// How much.
        minutes: u32,
    },
}

/// When a unit of work, or the sending of a message, fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Point {
    /// Nothing has happened.
    Before,
    /// It has run, and is rolled back; the mail server has not taken the message.
    RolledBack,
    /// It is committed, or the mail server has taken the message, but nobody is told.
    Done,
}

/// What a fault leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The node goes on with an error.
    Error,
    /// The node crashes, and starts again after so many milliseconds.
    Crash {
        /// How long it does not run.
        down: u32,
    },
}

/// What stands still on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// What is asked reaches the database only afterwards.
    Questions,
    /// What is asked is done, and the answer comes only afterwards.
    Answers,
}

/// Which connections of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Those of requests and of what goes on beside them.
    Requests,
    /// Those on which invalidations are read.
    Polls,
}

/// The names, and the addresses, that all clients use.
pub const POOL: u8 = 4;

impl Plan {
    /// The plan that this seed stands for.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let theme = Theme::any(&mut rng);
        let mut own = rng.fork();
        let nodes = rng.usize(1..=3);
        let clients = rng.usize(2..=4);
        Self {
            seed,
            clocks_ahead: (0..nodes).map(|_| rng.i32(-400..=400)).collect(),
            clients: (0..clients)
                .map(|client| theme.steps(client, &mut rng, nodes))
                .collect(),
            faults: (0..rng.usize(0..=3))
                .map(|_| fault(&mut rng, nodes))
                .chain(theme.fault(&mut own, nodes))
                .collect(),
        }
    }

    /// The time when the last fault is over.
    #[must_use]
    pub fn faults_end(&self) -> Duration {
        let end = |fault: &Fault| match *fault {
            Fault::Crash { at, down, .. } => at + down,
            Fault::Freeze { at, lasts, .. } | Fault::MailDown { at, lasts } => at + lasts,
            Fault::Leap { at, .. } => at,
            Fault::Unit { .. } | Fault::Mail { .. } => 0,
        };
        let last = self.faults.iter().map(end).max().unwrap_or(0);
        Duration::from_millis(u64::from(last))
    }
}

fn fault(rng: &mut Rng, nodes: usize) -> Fault {
    let node = rng.usize(0..nodes);
    let at = rng.u32(0..4_000);
    match rng.u8(0..10) {
        0 => Fault::Crash {
            node,
            at,
            down: down(rng),
        },
        1..5 => Fault::Unit {
            node,
            unit: rng.u32(0..120),
            point: point(rng),
            end: end(rng),
        },
        5 => Fault::Mail {
            node,
            message: rng.u32(0..3),
            point: point(rng),
            end: end(rng),
        },
        6 | 7 => Fault::Freeze {
            node,
            lane: match rng.u8(0..3) {
                0 => Lane::Requests,
                _ => Lane::Polls,
            },
            side: match rng.bool() {
                true => Side::Questions,
                false => Side::Answers,
            },
            at: at / 2,
            lasts: rng.u32(500..8_000),
        },
        8 => Fault::MailDown {
            at,
            lasts: rng.u32(500..5_000),
        },
        _ => Fault::Leap {
            at,
            minutes: match rng.u8(0..4) {
                0 => rng.u32(1..30),
                1 => rng.u32(30..24 * 60),
                _ => rng.u32(24 * 60..35 * 24 * 60),
            },
        },
    }
}

fn down(rng: &mut Rng) -> u32 {
    rng.u32(10..2_000)
}

fn point(rng: &mut Rng) -> Point {
    match rng.u8(0..4) {
        0 => Point::Before,
        1 => Point::RolledBack,
        _ => Point::Done,
    }
}

fn end(rng: &mut Rng) -> End {
    match rng.bool() {
        true => End::Error,
        false => End::Crash { down: down(rng) },
    }
}
