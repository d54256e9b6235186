//! The abuse guard, in memory: each node counts for itself, and a restart forgets.

#[cfg(test)]
mod tests;

use std::hash::{BuildHasher, Hash, RandomState};
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use azuma_domain::ports::{AbuseGuard, Attempt, Blocked};
use azuma_domain::user::{UserId, UserName};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::{Quota, RateLimiter};
use moka::ops::compute::Op;
use moka::sync::Cache;

/// Within these, governor counts nanoseconds in 64 bits.
const MAX_BURST: u32 = 1_000_000;
const MAX_ONE_MORE_EVERY: Duration = Duration::from_secs(60 * 60);

/// So many attempts at once, and then one more after each span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// How many attempts may come at once: 1 to 1,000,000; other values count as the nearest of these.
    pub burst: u32,
    /// After how long one more is allowed: a nanosecond to an hour; other values count as the nearest of these.
    pub one_more_every: Duration,
}

impl Limit {
    fn quota(self) -> Quota {
        let burst = NonZeroU32::new(self.burst.min(MAX_BURST)).unwrap_or(NonZeroU32::MIN);
        let every = self
            .one_more_every
            .clamp(Duration::from_nanos(1), MAX_ONE_MORE_EVERY);
        Quota::with_period(every)
            .unwrap_or(Quota::per_second(burst))
            .allow_burst(burst)
    }
}

/// What [`RateLimits`] allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbuseSettings {
    /// Logins of one client with one name. Default: 50, then one each 6 s.
    pub logins_per_name: Limit,
    /// Logins of one client, whatever the names. Default: 1,000, then ten a second.
    pub logins: Limit,
    /// Registrations of one client, changes of a password or an address, and recoveries. Default: 300, then one each 2 s.
    pub registrations: Limit,
    /// Links followed by one client. Default: 300, then one a second.
    pub links: Limit,
    /// Changes of a password or an address by one user. Default: 100, then one each 10 s.
    pub credential_changes: Limit,
    /// Recoveries of one address, known or not, whoever asks. Default: 3, then one each 5 minutes, so that a link that was
    /// mailed works all the time.
    pub recoveries: Limit,
    /// How many clients, and clients with a name, each limit remembers. Default: 50,000, some 17 MB a limit when
    /// full. Beyond it the least frequent are forgotten, which lets them start afresh.
    pub remembered: u64,
}

impl Default for AbuseSettings {
    fn default() -> Self {
        let limit = |burst, millis| Limit {
            burst,
            one_more_every: Duration::from_millis(millis),
        };
        Self {
            logins_per_name: limit(50, 6_000),
            logins: limit(1_000, 100),
            registrations: limit(300, 2_000),
            links: limit(300, 1_000),
            credential_changes: limit(100, 10_000),
            recoveries: limit(3, 300_000),
            remembered: 50_000,
        }
    }
}

/// The guard of `abuse.enabled = false`: everything is allowed.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoGuard;

impl AbuseGuard for NoGuard {
    fn admit(&self, _ip: Option<IpAddr>, _attempt: Attempt<'_>) -> Result<(), Blocked> {
        Ok(())
    }
}

/// Counts by client, and slows those down who try too much.
///
/// A client is an IPv4 address or an IPv6 /64, which is what one subscriber gets. Clients without an address share
/// one count.
pub struct RateLimits<C: Clock = DefaultClock> {
    logins_per_name: Limiter<(Client, u64), C>,
    logins: Limiter<Client, C>,
    registrations: Limiter<Client, C>,
    links: Limiter<Client, C>,
    credential_changes: Limiter<UserId, C>,
    recoveries: Limiter<u64, C>,
    /// Names and addresses are kept as keyed hashes, so that long ones take no more memory than short ones. That two share a
    /// count by accident is as unlikely as harmless.
    keys: RandomState,
    clock: C,
}

impl RateLimits {
    /// A guard that has counted nothing yet.
    #[must_use]
    pub fn new(settings: &AbuseSettings) -> Self {
        Self::with_clock(settings, DefaultClock::default())
    }
}

impl<C: Clock + Clone> RateLimits<C> {
    fn with_clock(settings: &AbuseSettings, clock: C) -> Self {
        let remembered = settings.remembered;
        Self {
            logins_per_name: limiter(settings.logins_per_name, remembered, &clock),
            logins: limiter(settings.logins, remembered, &clock),
            registrations: limiter(settings.registrations, remembered, &clock),
            links: limiter(settings.links, remembered, &clock),
            credential_changes: limiter(settings.credential_changes, remembered, &clock),
            recoveries: limiter(settings.recoveries, remembered, &clock),
            keys: RandomState::new(),
            clock,
        }
    }

    fn check<K: Clone + Eq + Hash + Send + Sync + 'static>(
        &self,
        limiter: &Limiter<K, C>,
        key: &K,
    ) -> Result<(), Blocked> {
        limiter.check_key(key).map_err(|until| Blocked {
            retry_after: until.wait_time_from(self.clock.now()),
        })
    }

    fn check_login(&self, client: Client, name: &UserName) -> Result<(), Blocked> {
        // The client first: one that is blocked does not go on filling the memory with names.
        self.check(&self.logins, &client)?;
        let name = self.keys.hash_one(name.key());
        self.check(&self.logins_per_name, &(client, name))
    }
}

impl<C> AbuseGuard for RateLimits<C>
where
    C: Clock + Clone + Send + Sync,
    C::Instant: Send + Sync,
{
    fn admit(&self, ip: Option<IpAddr>, attempt: Attempt<'_>) -> Result<(), Blocked> {
        let client = Client::of(ip);
        match attempt {
            Attempt::Login(name) => self.check_login(client, name),
            Attempt::Register => self.check(&self.registrations, &client),
            Attempt::FollowLink => self.check(&self.links, &client),
            Attempt::Recover(email) => {
                self.check(&self.registrations, &client)?;
                let address = self.keys.hash_one(email.key());
                self.check(&self.recoveries, &address)
            }
            Attempt::ChangeCredential(user) => {
                self.check(&self.registrations, &client)?;
                self.check(&self.credential_changes, &user)
            }
        }
    }
}

/// Whom attempts are counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Client {
    Unknown,
    V4(Ipv4Addr),
    /// The upper half of an IPv6 address.
    V6(u64),
}

impl Client {
    fn of(ip: Option<IpAddr>) -> Self {
        match ip.map(|ip| ip.to_canonical()) {
            None => Self::Unknown,
            Some(IpAddr::V4(ip)) => Self::V4(ip),
            Some(IpAddr::V6(ip)) => Self::V6((ip.to_bits() >> 64) as u64),
        }
    }
}

type Limiter<K, C> = RateLimiter<K, BoundedStates<K>, C, NoOpMiddleware<<C as Clock>::Instant>>;

fn limiter<K, C>(limit: Limit, remembered: u64, clock: &C) -> Limiter<K, C>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    C: Clock + Clone,
{
    let quota = limit.quota();
    let states = Cache::builder()
        .max_capacity(remembered)
        // A key left alone for so long counts as one never seen.
        .time_to_idle(quota.burst_size_replenished_in())
        .build();
    RateLimiter::new(quota, BoundedStates(states), clock.clone())
}

/// Where a limit keeps what it counted: governor's own stores grow without bound between two cleanings.
struct BoundedStates<K>(Cache<K, Nanos>);

impl<K: Clone + Eq + Hash + Send + Sync + 'static> StateStore for BoundedStates<K> {
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
        // The cache always asks; the rest is for the compiler.
        decision.unwrap_or_else(|| decide(None).map(|(outcome, _)| outcome))
    }
}
