//! Durations, counted by their length.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts durations by the first of some bounds that they do not exceed. To count one takes no lock.
#[derive(Debug)]
pub struct Durations {
    bounds: &'static [Duration],
    /// One more than bounds: the last is for what exceeds all of them.
    counts: Box<[AtomicU64]>,
    nanos: AtomicU64,
}

/// What was counted so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DurationCounts {
    /// How many durations fell between the bound before and this one. The last has no bound.
    pub buckets: Vec<(Option<Duration>, u64)>,
    /// The sum of all durations.
    pub sum: Duration,
}

impl Durations {
    /// Counts by these bounds, which are in ascending order.
    #[must_use]
    pub fn new(bounds: &'static [Duration]) -> Self {
        Self {
            bounds,
            counts: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(),
            nanos: AtomicU64::new(0),
        }
    }

    /// Counts a duration.
    pub fn record(&self, took: Duration) {
        // Most are short, so the first bounds are looked at first.
        let place = self.bounds.iter().position(|bound| took <= *bound);
        if let Some(count) = self.counts.get(place.unwrap_or(self.bounds.len())) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.nanos.fetch_add(nanos, Ordering::Relaxed);
    }

    /// What was counted so far.
    #[must_use]
    pub fn read(&self) -> DurationCounts {
        let bounds = self.bounds.iter().copied().map(Some);
        let counts = self.counts.iter();
        DurationCounts {
            buckets: bounds
                .chain([None])
                .zip(counts.map(|count| count.load(Ordering::Relaxed)))
                .collect(),
            sum: Duration::from_nanos(self.nanos.load(Ordering::Relaxed)),
        }
    }
}

impl DurationCounts {
    /// How many durations were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().map(|(_, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLISECOND: Duration = Duration::from_millis(1);
    const BOUNDS: [Duration; 2] = [MILLISECOND, Duration::from_millis(2)];

    #[test]
    fn a_duration_counts_at_the_first_bound_that_it_does_not_exceed() {
        let durations = Durations::new(&BOUNDS);
        for micros in [0, 1_000, 1_001, 2_000, 2_001, 9_000] {
            durations.record(Duration::from_micros(micros));
        }
        let counts = durations.read();
        let two = Some(2 * MILLISECOND);
        assert_eq!(
            counts.buckets,
            [(Some(MILLISECOND), 2), (two, 2), (None, 2)]
        );
        assert_eq!(
            (counts.count(), counts.sum),
            (6, Duration::from_micros(15_002))
        );
    }
}
