//! What fails.

use std::time::Duration;

use azuma_checker::history::{Broken, Moment};
use fastrand::Rng;
use serde::{Deserialize, Serialize};

use crate::plan::POOL;

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
    /// A node is told to stop, and starts again after a while.
    Stop {
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
    /// A node's unit of work is slow, and so its COMMIT may reach the database after the node has given it up.
    LateCommit {
        /// The node.
        node: usize,
        /// Which of its units of work, if that writes: the first is 0.
        unit: u32,
        /// How long it runs until COMMIT is sent.
        sent: u32,
        /// How long COMMIT is on its way.
        arrives: u32,
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
    /// The mail server refuses messages to an address for good.
    MailRefused {
        /// The number of the address.
        email: u8,
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
    /// What is asked reaches the database only afterwards, or never if the node has given it up.
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

impl Fault {
    /// The fault as a history tells it, if it has a time of its own.
    pub(crate) fn broken(&self) -> Option<Broken> {
        let broken = |what, node: Option<usize>, at: u32, lasts: Duration| {
            let from = Moment::default().plus(Duration::from_millis(u64::from(at)));
            Some(Broken {
                what,
                node: node.and_then(|node| u32::try_from(node).ok()),
                from,
                to: from.plus(lasts),
            })
        };
        let millis = |lasts: u32| Duration::from_millis(u64::from(lasts));
        match *self {
            Self::Freeze {
                node,
                lane,
                side,
                at,
                lasts,
            } => {
                let what = format!("{side:?} of {lane:?} stand still");
                broken(what, Some(node), at, millis(lasts))
            }
            Self::MailDown { at, lasts } => {
                broken("mail server refuses".to_owned(), None, at, millis(lasts))
            }
            Self::MailRefused { at, lasts, .. } => broken(
                "mail server refuses an address".to_owned(),
                None,
                at,
                millis(lasts),
            ),
            Self::Leap { at, minutes } => {
                let lasts = Duration::from_mins(u64::from(minutes));
                broken("time passes at once".to_owned(), None, at, lasts)
            }
            // Nodes tell when they crash, and these come when a node does something.
            Self::Crash { .. }
            | Self::Stop { .. }
            | Self::Unit { .. }
            | Self::LateCommit { .. }
            | Self::Mail { .. } => None,
        }
    }

    /// Any fault, of any of so many nodes.
    pub(crate) fn any(rng: &mut Rng, nodes: usize) -> Self {
        let node = rng.usize(0..nodes);
        let at = rng.u32(0..4_000);
        match rng.u8(0..13) {
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
            11 => Fault::Stop {
                node,
                at,
                down: down(rng),
            },
            10 => Fault::MailRefused {
                email: rng.u8(0..POOL),
                at,
                lasts: rng.u32(500..10_000),
            },
            9 => Fault::LateCommit {
                node,
                unit: rng.u32(0..120),
                sent: rng.u32(0..4_000),
                arrives: rng.u32(500..9_000),
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
