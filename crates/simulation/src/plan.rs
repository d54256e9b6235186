//! What clients do and what fails. A plan says everything that a run depends on, so that the same plan always has the same
//! history, and what is left out of it does not happen.

use azuma_checker::history::Policy;
use fastrand::Rng;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::theme::Theme;

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Decides delays and ids.
    pub seed: u64,
    /// The nodes: how far the clock of each is ahead, in milliseconds.
    pub clocks_ahead: Vec<i32>,
    /// How much the nodes keep.
    #[serde(default)]
    pub limits: Limits,
    /// What each client does, one step after the other.
    pub clients: Vec<Vec<Step>>,
    /// What fails.
    pub faults: Vec<Fault>,
}

/// How much the nodes keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The most sessions of a user.
    pub sessions_per_user: u32,
    /// The most sessions in the memory of a node.
    pub cached_sessions: u32,
}

impl Default for Limits {
    /// More sessions than any run has.
    fn default() -> Self {
        Self {
            sessions_per_user: 100,
            cached_sessions: 1_000,
        }
    }
}

impl Limits {
    /// Few sessions, in some plans.
    fn any(rng: &mut Rng) -> Self {
        let mut few = |many| match rng.u8(0..4) {
            0 => rng.u32(1..=3),
            _ => many,
        };
        let Self {
            sessions_per_user,
            cached_sessions,
        } = Self::default();
        Self {
            sessions_per_user: few(sessions_per_user),
            cached_sessions: few(cached_sessions),
        }
    }
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

/// The names, and the addresses, that all clients use.
pub const POOL: u8 = 4;

impl Plan {
    /// The plan that this seed stands for.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let theme = Theme::any(&mut rng);
        let mut own = rng.fork();
        let limits = Limits::any(&mut rng.fork());
        let nodes = rng.usize(1..=3);
        let clients = rng.usize(2..=4);
        Self {
            seed,
            clocks_ahead: (0..nodes).map(|_| rng.i32(-400..=400)).collect(),
            limits,
            clients: (0..clients)
                .map(|client| theme.steps(client, &mut rng, nodes))
                .collect(),
            faults: (0..rng.usize(0..=3))
                .map(|_| Fault::any(&mut rng, nodes))
                .chain(theme.faults(&mut own, nodes))
                .collect(),
        }
    }

    /// When the last fault is over, in milliseconds.
    #[must_use]
    pub fn faults_end(&self) -> u32 {
        let end = |fault: &Fault| match *fault {
            Fault::Crash { at, down, .. } | Fault::Stop { at, down, .. } => at + down,
            Fault::Freeze { at, lasts, .. }
            | Fault::MailDown { at, lasts }
            | Fault::MailRefused { at, lasts, .. } => at + lasts,
            Fault::Leap { at, .. } => at,
            Fault::Unit { .. } | Fault::LateCommit { .. } | Fault::Mail { .. } => 0,
        };
        self.faults.iter().map(end).max().unwrap_or(0)
    }
}
