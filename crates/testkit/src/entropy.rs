use std::sync::atomic::{AtomicU32, Ordering};

use uuid::Uuid;

use crate::sample;
use azuma_domain::ports::Entropy;

/// Ids and numbers that count up, and are the same in every run. No id is one of those in [`sample`].
#[derive(Debug, Default)]
pub struct FakeEntropy(AtomicU32);

impl FakeEntropy {
    /// Counts from the beginning.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Entropy for FakeEntropy {
    fn uuid(&self) -> Uuid {
        sample::uuid(sample::Kind::Drawn, self.draw(), 0)
    }

    fn u64(&self) -> u64 {
        u64::from(self.draw())
    }
}

impl FakeEntropy {
    fn draw(&self) -> u32 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_distinct_version_4_and_the_same_in_every_run() {
        let draw = |entropy: FakeEntropy| (0..1_000).map(|_| entropy.uuid()).collect::<Vec<_>>();
        let ids = draw(FakeEntropy::new());
        assert_eq!(ids, draw(FakeEntropy::new()));
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
        assert!(ids.iter().all(|id| id.get_version_num() == 4));
    }
}
