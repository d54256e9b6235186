//! A rate limit that keeps a bounded number of counts in memory.

use std::hash::Hash;

use azuma_domain::ports::RateLimited;
use governor::RateLimiter;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use moka::ops::compute::Op;
use moka::sync::Cache;

use super::Limit;

/// A key that attempts are counted by.
pub(super) trait Key: Clone + Eq + Hash + Send + Sync + 'static {}

impl<K: Clone + Eq + Hash + Send + Sync + 'static> Key for K {}

/// A rate limit for each key.
pub(super) struct Limiter<K: Key, C: Clock> {
    rate: RateLimiter<K, BoundedStates<K>, C, NoOpMiddleware<<C as Clock>::Instant>>,
    /// The states of all keys, shared with governor, which does not give access to them.
    states: BoundedStates<K>,
    /// What one attempt adds to the state of its key.
    one: Nanos,
    clock: C,
}

impl<K: Key, C: Clock + Clone> Limiter<K, C> {
    /// A rate limit that keeps this many keys in memory. If there are more, the least frequent keys are dropped, and
    /// start again with a full allowance.
    pub(super) fn new(limit: Limit, remembered: u64, clock: &C) -> Self {
        let quota = limit.quota();
        let states = BoundedStates(
            Cache::builder()
                .max_capacity(remembered)
                // After this time without an attempt a key has its full allowance again, so it can be dropped.
                .time_to_idle(quota.burst_size_replenished_in())
                .build(),
        );
        Self {
            rate: RateLimiter::new(quota, states.clone(), clock.clone()),
            states,
            one: quota.replenish_interval().into(),
            clock: clock.clone(),
        }
    }

    /// Counts an attempt, unless the key is limited.
    pub(super) fn admit(&self, key: &K) -> Result<(), RateLimited> {
        self.rate.check_key(key).map_err(|until| RateLimited {
            retry_after: until.wait_time_from(self.clock.now()),
        })
    }

    /// Stops counting one attempt.
    pub(super) fn take_back(&self, key: &K) {
        let entry = self.states.0.entry_by_ref(key);
        entry.and_compute_with(|entry| match entry {
            Some(entry) => Op::Put(entry.into_value().saturating_sub(self.one)),
            None => Op::Nop,
        });
    }

    /// The number of keys in memory.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> u64 {
        self.states.0.run_pending_tasks();
        self.states.0.entry_count()
    }
}

/// The states of a limited number of keys; governor's own stores have no limit. Clones share the states.
#[derive(Clone)]
struct BoundedStates<K>(Cache<K, Nanos>);

impl<K: Key> StateStore for BoundedStates<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut decision = None;
        self.0.entry_by_ref(key).and_compute_with(|entry| {
            let (outcome, op) = match decide(entry.map(moka::Entry::into_value)) {
                Ok((outcome, state)) => (Ok(outcome), Op::Put(state)),
                Err(refusal) => (Err(refusal), Op::Nop),
            };
            decision = Some(outcome);
            op
        });
        // The cache always calls the closure, so the fallback is never used.
        decision.unwrap_or_else(|| decide(None).map(|(outcome, _)| outcome))
    }
}
