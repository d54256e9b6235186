//! Chance that depends on the seed and on what it decides, but not on what was decided before. So what is left out of a plan
//! changes as little as possible of the rest.

use std::time::Duration;

use fastrand::Rng;

/// What a number decides.
#[derive(Clone, Copy)]
pub(crate) enum Decides {
    /// How long a unit of work of this node waits before it begins.
    Begin(usize),
    /// How long its answer takes.
    Answer(usize),
    /// Whether it is run twice.
    Repeat(usize),
    /// How long the mail server takes.
    Mail(usize),
    /// The ids that a node makes.
    Ids(usize),
}

#[derive(Clone, Copy)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// A source of its own for the `number`th decision of this kind.
    pub(crate) fn rng(self, decides: Decides, number: u32) -> Rng {
        let (kind, node) = match decides {
            Decides::Begin(node) => (1_u64, node),
            Decides::Answer(node) => (2, node),
            Decides::Repeat(node) => (3, node),
            Decides::Mail(node) => (4, node),
            Decides::Ids(node) => (5, node),
        };
        let place = (kind << 48) ^ ((node as u64) << 32) ^ u64::from(number);
        Rng::with_seed(self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ place)
    }

    /// How long a unit of work waits that was run in vain: mostly as the store does before its second run, sometimes after
    /// the second that Postgres takes to see a deadlock.
    pub(crate) fn pause_before_retry(rng: &mut Rng) -> Duration {
        let pause = Duration::from_millis(rng.u64(0..16));
        match rng.u8(0..4) {
            0 => Duration::from_secs(1) + pause,
            _ => pause,
        }
    }

    /// Mostly next to nothing, sometimes long enough for others to come between.
    pub(crate) fn delay(self, decides: Decides, number: u32) -> Duration {
        let mut rng = self.rng(decides, number);
        let millis = match rng.u8(0..20) {
            0..13 => rng.u64(0..3),
            13..19 => rng.u64(3..50),
            _ => rng.u64(50..800),
        };
        Duration::from_millis(millis)
    }
}
