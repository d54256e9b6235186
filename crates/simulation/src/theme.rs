//! What a plan is mostly about, so that the requests that get in each other's way meet more often than by chance.

use azuma_checker::history::Policy;
use fastrand::Rng;

use crate::fault::{Fault, Lane, Side};
use crate::plan::{Action, POOL, Pause, Step};

/// When much time passes between two uses of a session.
const BETWEEN_USES: u32 = 1_200;

/// What a plan is mostly about.
#[derive(Clone, Copy)]
pub(crate) enum Theme {
    /// Everything that clients do.
    Everything,
    /// Passwords that change while others log in.
    Passwords,
    /// Sessions that are used, renewed and revoked.
    Sessions,
    /// Sessions that are revoked on one node and watched on others, which do not hear of it.
    Revocations,
    /// Names and addresses that several want.
    Names,
    /// A node that stops between two uses of a session and the end of the first of them.
    Stops,
}

impl Theme {
    pub(crate) fn any(rng: &mut Rng) -> Self {
        match rng.u8(0..13) {
            0 | 1 => Self::Passwords,
            2 | 3 => Self::Sessions,
            4 | 5 => Self::Revocations,
            6 | 7 => Self::Names,
            8 => Self::Stops,
            _ => Self::Everything,
        }
    }

    /// What a client does: first it registers, or it could do nothing else.
    pub(crate) fn steps(self, client: usize, rng: &mut Rng, nodes: usize) -> Vec<Step> {
        match (self, client) {
            (Self::Revocations, 1..) => return watches(rng, nodes),
            (Self::Stops, 0) => return uses_twice(rng),
            _ => {}
        }
        let count = rng.usize(4..=12);
        let mut steps = vec![Step {
            pause: Pause::Millis(rng.u32(0..100)),
            node: rng.usize(0..nodes),
            action: Action::Register {
                name: self.name(rng),
                email: self.email(rng),
                policy: policy(rng),
            },
        }];
        steps.extend((1..count).map(|_| Step {
            pause: pause(rng),
            node: rng.usize(0..nodes),
            action: self.action(rng),
        }));
        steps
    }

    /// What fails in each plan of this theme: a node does not hear of revocations, or stops.
    pub(crate) fn faults(self, rng: &mut Rng, nodes: usize) -> Vec<Fault> {
        match self {
            Self::Revocations => vec![Fault::Freeze {
                node: rng.usize(0..nodes),
                lane: Lane::Polls,
                side: Side::Answers,
                at: rng.u32(300..1_500),
                lasts: rng.u32(3_000..5_000),
            }],
            Self::Stops => vec![
                Fault::Leap {
                    at: BETWEEN_USES,
                    minutes: rng.u32(12 * 60..23 * 60),
                },
                Fault::Stop {
                    node: 0,
                    at: rng.u32(3_000..4_000),
                    down: rng.u32(10..1_000),
                },
                // The session lives on by its second use alone.
                Fault::Leap {
                    at: 7_000,
                    minutes: 14 * 24 * 60 - rng.u32(30..10 * 60),
                },
            ],
            Self::Everything | Self::Passwords | Self::Sessions | Self::Names => Vec::new(),
        }
    }

    /// With one name, all clients have to do with one account.
    fn name(self, rng: &mut Rng) -> u8 {
        match self {
            Self::Everything | Self::Names | Self::Stops => rng.u8(0..POOL),
            Self::Passwords | Self::Sessions | Self::Revocations => rng.u8(0..POOL / 3),
        }
    }

    fn email(self, rng: &mut Rng) -> Option<u8> {
        match self {
            Self::Names => Some(rng.u8(0..POOL)),
            Self::Everything
            | Self::Passwords
            | Self::Sessions
            | Self::Revocations
            | Self::Stops => rng.bool().then(|| rng.u8(0..POOL)),
        }
    }

    fn action(self, rng: &mut Rng) -> Action {
        let of_theme = rng.u8(0..3) > 0;
        match self {
            Self::Passwords if of_theme => about_passwords(rng),
            Self::Sessions if of_theme => about_sessions(rng),
            Self::Revocations if of_theme => about_revocations(rng),
            Self::Names if of_theme => about_names(rng),
            _ => about_everything(rng),
        }
    }
}

fn about_passwords(rng: &mut Rng) -> Action {
    let token = rng.u8(0..3);
    match rng.u8(0..10) {
        0..5 => Action::LogIn {
            credential: rng.u8(0..2),
            policy: policy(rng),
        },
        5..8 => Action::ChangePassword { token },
        8 => Action::Recover {
            email: rng.u8(0..POOL),
        },
        _ => Action::Reset { link: rng.u8(0..2) },
    }
}

fn about_sessions(rng: &mut Rng) -> Action {
    let token = rng.u8(0..3);
    match rng.u8(0..10) {
        0..3 => Action::Watch { token },
        3..6 => Action::Renew { token },
        6 => Action::LogIn {
            credential: 0,
            policy: policy(rng),
        },
        7..9 => Action::LogOut { token },
        _ => Action::LogOutEverywhere { token },
    }
}

fn about_revocations(rng: &mut Rng) -> Action {
    let token = rng.u8(0..2);
    match rng.u8(0..4) {
        0 => Action::LogIn {
            credential: 0,
            policy: policy(rng),
        },
        1 => Action::ChangePassword { token },
        _ => Action::LogOut { token },
    }
}

/// A client that looks at one node alone, for as long as nodes may be without news.
fn watches(rng: &mut Rng, nodes: usize) -> Vec<Step> {
    let node = rng.usize(0..nodes);
    let watch = |rng: &mut Rng| Step {
        pause: Pause::Millis(rng.u32(50..800)),
        node,
        action: Action::Watch {
            token: rng.u8(0..2),
        },
    };
    vec![watch(rng), watch(rng)]
}

/// A client that uses its session before and after much time passes.
fn uses_twice(rng: &mut Rng) -> Vec<Step> {
    let step = |millis, action| Step {
        pause: Pause::Millis(millis),
        node: 0,
        action,
    };
    let register = Action::Register {
        name: rng.u8(0..POOL),
        email: None,
        policy: Policy::Sliding,
    };
    let check = Action::Check { token: 0 };
    let mut steps = vec![step(0, register), step(200, check)];
    steps.extend((0..3).map(|_| step(rng.u32(500..1_000), check)));
    steps
}

fn about_names(rng: &mut Rng) -> Action {
    let (token, link) = (rng.u8(0..6), rng.u8(0..4));
    let (name, email) = (rng.u8(0..POOL), rng.u8(0..POOL));
    match rng.u8(0..10) {
        0..2 => Action::Register {
            name,
            email: Some(email),
            policy: policy(rng),
        },
        2..4 => Action::RequestAccount { name, email },
        4..6 => Action::Follow { link },
        6 => Action::Rename { token, name },
        7 => Action::ChangeEmail { token, email },
        8 => Action::Delete { token },
        _ => Action::Reset { link },
    }
}

fn about_everything(rng: &mut Rng) -> Action {
    let (token, link) = (rng.u8(0..6), rng.u8(0..4));
    let (name, email) = (rng.u8(0..POOL), rng.u8(0..POOL));
    match rng.u8(0..100) {
        0..31 => Action::Check { token },
        31..34 => Action::Watch { token },
        34..48 => Action::Renew { token },
        48..60 => Action::LogIn {
            credential: rng.u8(0..4),
            policy: policy(rng),
        },
        60..65 => Action::Register {
            name,
            email: rng.bool().then_some(email),
            policy: policy(rng),
        },
        65..68 => Action::RequestAccount { name, email },
        68..74 => Action::Follow { link },
        74..78 => Action::Rename { token, name },
        78..82 => Action::ChangePassword { token },
        82..85 => Action::ChangeEmail { token, email },
        85..89 => Action::LogOut { token },
        89..91 => Action::LogOutEverywhere { token },
        91..94 => Action::Recover { email },
        94..98 => Action::Reset { link },
        _ => Action::Delete { token },
    }
}

/// Most pauses are short or end together, so that requests meet; some are about as long as memory may answer.
fn pause(rng: &mut Rng) -> Pause {
    match rng.u8(0..10) {
        0..4 => Pause::Together,
        4..7 => Pause::Millis(rng.u32(0..40)),
        7..9 => Pause::Millis(rng.u32(0..600)),
        _ => Pause::Millis(rng.u32(0..3_000)),
    }
}

fn policy(rng: &mut Rng) -> Policy {
    match rng.bool() {
        true => Policy::Sliding,
        false => Policy::Rotating,
    }
}
