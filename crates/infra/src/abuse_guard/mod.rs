//! The abuse guard. It keeps its counts in memory: each node has counts of its own, and a restart clears them.

mod by_client;
mod hour;
mod limiter;
#[cfg(test)]
mod tests;

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use azuma_domain::ports::{AbuseGuard, Familiarity, LoginTarget, RateLimited, RateLimitedAction};
use azuma_domain::service::ServiceId;
use azuma_domain::user::{EmailAddress, LoginName, UserId};
use governor::Quota;
use governor::clock::{Clock, DefaultClock};

use by_client::{ByClient, Client};
use hour::HourlyLimit;
use limiter::Limiter;

/// Logins of one client with one name. The client's networks are not counted.
const LOGINS_PER_NAME: Limit = limit(50, 6_000);
/// Logins of one client with any name.
const LOGINS: Limit = limit(1_000, 100);
/// Failed logins of one client with any name. The client's networks count only failed logins to accounts that do not
/// know the client.
const FAILED_LOGINS: Limit = limit(300, 6_000);
/// Failed logins to one account, or with a name that nobody has, by all clients that the account does not know.
const GUESSES: Limit = limit(100, 36_000);
/// Wrong codes of a second factor of one user, by all clients: they come from who knows the password. 106 codes on the
/// first day and 96 on each later one find one of three valid codes of a million with 0.03 % a day.
const SECOND_FACTORS: Limit = limit(10, 900_000);
/// Registrations, changes of a password or an address, and recoveries by one client, counted together.
const REGISTRATIONS: Limit = limit(300, 2_000);
/// Links followed by one client.
const LINKS: Limit = limit(300, 1_000);
/// Changes of a password or an address by one user.
const CREDENTIAL_CHANGES: Limit = limit(100, 10_000);
/// Events of one user in the audit trail that the user can cause again and again, such as logins.
const RECORDED_EVENTS: Limit = limit(300, 30_000);
/// Refused attempts on one user's account in the audit trail. More than [`GUESSES`] allows.
const RECORDED_REFUSALS: Limit = limit(300, 30_000);
/// Recoveries of one address, known or not, by all clients. While this limit refuses recoveries, a link that
/// was mailed is still valid.
const RECOVERIES: Limit = limit(3, 300_000);
/// Mails to one address, except recoveries, requested by all clients.
const MAILS: Limit = limit(3, 300_000);
/// Mails to any address, requested by one client, so that neither a client nor a network uses up the hourly mails of
/// the instance. A /24 or /48 may request 720 in its first hour.
const MAILS_OF_CLIENT: Limit = limit(15, 120_000);

/// How many keys each limit keeps in memory (a client, or a client with a name). A limit also keeps a quarter as many
/// networks of each size. A full limit takes about 25 MB. If there are more keys, the least frequent ones are dropped,
/// and start again with a full allowance.
const REMEMBERED: u64 = 50_000;

/// A limit allows a burst of attempts, and then one more after each interval. For a client's IPv6 /56 the limit is four
/// times as large, and for its IPv6 /48 or IPv4 /24 sixteen times.
#[derive(Clone, Copy)]
struct Limit {
    burst: u32,
    one_more_every: Duration,
}

const fn limit(burst: u32, millis: u64) -> Limit {
    Limit {
        burst,
        one_more_every: Duration::from_millis(millis),
    }
}

impl Limit {
    /// The limit multiplied by `factor`, both its burst and its rate.
    fn times(self, factor: u32) -> Self {
        Self {
            burst: self.burst * factor,
            one_more_every: self.one_more_every / factor,
        }
    }

    // No limit has a zero, so the fallbacks are never used.
    fn quota(self) -> Quota {
        let burst = NonZeroU32::new(self.burst).unwrap_or(NonZeroU32::MIN);
        Quota::with_period(self.one_more_every)
            .unwrap_or(Quota::per_second(burst))
            .allow_burst(burst)
    }
}

/// The limits that the configuration sets.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// How many mails all clients together may request within any hour; 0 stands for no limit.
    pub mails_per_hour: u32,
    /// How many requests a service may send a second, and as many at once.
    pub service_requests: NonZeroU32,
}

impl Rates {
    /// The default limits, but for that of mails.
    #[must_use]
    pub fn with_mails(mails_per_hour: u32) -> Self {
        Self {
            mails_per_hour,
            service_requests: NonZeroU32::MIN.saturating_add(499),
        }
    }
}

/// A guard that admits everything (`abuse.enabled = false`).
#[derive(Clone, Copy, Debug, Default)]
pub struct NoGuard;

impl AbuseGuard for NoGuard {
    fn admit(
        &self,
        _ip: Option<IpAddr>,
        _attempt: RateLimitedAction<'_>,
    ) -> Result<(), RateLimited> {
        Ok(())
    }

    fn forgive(&self, _ip: Option<IpAddr>, _attempt: RateLimitedAction<'_>) {}
}

/// Counts attempts by client, and limits their rate.
///
/// A client is an IPv4 address or an IPv6 /64, because an internet provider gives a subscriber one of these. Larger
/// networks that contain the client have limits as well. Clients without an address share one count.
pub struct RateLimits<C: Clock = DefaultClock> {
    logins_per_name: ByClient<u64, C>,
    logins: ByClient<(), C>,
    failed_logins: ByClient<(), C>,
    guesses: Limiter<u64, C>,
    second_factors: Limiter<UserId, C>,
    registrations: ByClient<(), C>,
    links: ByClient<(), C>,
    credential_changes: Limiter<UserId, C>,
    recorded_events: Limiter<UserId, C>,
    recorded_refusals: Limiter<UserId, C>,
    recoveries: Limiter<u64, C>,
    mails: Limiter<u64, C>,
    mails_of_client: ByClient<(), C>,
    mails_of_all: HourlyLimit<C>,
    service_requests: Limiter<ServiceId, C>,
    service_polls: Limiter<ServiceId, C>,
    /// Names and addresses are kept as keyed hashes, so a long one takes as much memory as a short one. Two keys with
    /// the same hash share a count, which is unlikely and harmless.
    keys: RandomState,
}

impl RateLimits {
    /// A guard whose counts are zero.
    #[must_use]
    pub fn new(rates: Rates) -> Self {
        Self::with_clock(rates, REMEMBERED, DefaultClock::default())
    }
}

impl<C: Clock + Clone> RateLimits<C> {
    fn with_clock(rates: Rates, remembered: u64, clock: C) -> Self {
        let of_services = Limit {
            burst: rates.service_requests.get(),
            one_more_every: Duration::from_secs(1) / rates.service_requests.get(),
        };
        Self {
            logins_per_name: ByClient::new(LOGINS_PER_NAME, remembered, &clock),
            logins: ByClient::new(LOGINS, remembered, &clock),
            failed_logins: ByClient::new(FAILED_LOGINS, remembered, &clock),
            guesses: Limiter::new(GUESSES, remembered, &clock),
            second_factors: Limiter::new(SECOND_FACTORS, remembered, &clock),
            registrations: ByClient::new(REGISTRATIONS, remembered, &clock),
            links: ByClient::new(LINKS, remembered, &clock),
            credential_changes: Limiter::new(CREDENTIAL_CHANGES, remembered, &clock),
            recorded_events: Limiter::new(RECORDED_EVENTS, remembered, &clock),
            recorded_refusals: Limiter::new(RECORDED_REFUSALS, remembered, &clock),
            recoveries: Limiter::new(RECOVERIES, remembered, &clock),
            mails: Limiter::new(MAILS, remembered, &clock),
            mails_of_client: ByClient::new(MAILS_OF_CLIENT, remembered, &clock),
            service_requests: Limiter::new(of_services, remembered, &clock),
            service_polls: Limiter::new(of_services, remembered, &clock),
            mails_of_all: HourlyLimit::new(rates.mails_per_hour, clock),
            keys: RandomState::new(),
        }
    }

    fn name(&self, name: &LoginName) -> u64 {
        self.keys.hash_one(name.normalized())
    }

    fn target(&self, target: LoginTarget<'_>) -> u64 {
        match target {
            LoginTarget::Account(id) => self.keys.hash_one(id),
            LoginTarget::Nobody(name) => self.name(name),
        }
    }

    fn address(&self, email: &EmailAddress) -> u64 {
        self.keys.hash_one(email.normalized())
    }

    /// A mail that a limit refuses counts for its client, and for nothing that other clients share.
    fn admit_mail(
        &self,
        client: &Client,
        by_address: &Limiter<u64, C>,
        email: &EmailAddress,
    ) -> Result<(), RateLimited> {
        self.mails_of_all.has_room()?;
        self.mails_of_client.admit(client, ())?;
        by_address
            .admit(&self.address(email))
            .inspect_err(|_| self.mails_of_client.take_back_networks(client, ()))?;
        // It had room a moment ago.
        self.mails_of_all.admit()
    }

    fn admit_login(&self, client: &Client, name: &LoginName) -> Result<(), RateLimited> {
        // The client's limit comes first, so a limited client cannot fill the memory with names. The failed logins come
        // last: an attempt that the limit of its name refuses does not count against other names.
        self.logins.admit(client, ())?;
        self.logins_per_name.admit_client(client, self.name(name))?;
        self.failed_logins.admit_client(client, ())
    }

    /// A login without a name: it is counted by the user.
    fn admit_confirmation(
        &self,
        client: &Client,
        user: UserId,
        familiarity: Familiarity,
    ) -> Result<(), RateLimited> {
        self.logins.admit(client, ())?;
        let key = self.keys.hash_one(user);
        self.logins_per_name.admit_client(client, key)?;
        self.failed_logins.admit_client(client, ())?;
        match familiarity {
            Familiarity::Known => Ok(()),
            Familiarity::Stranger => self
                .admit_stranger(client, LoginTarget::Account(user))
                .inspect_err(|_| self.failed_logins.take_back_client(client, ())),
        }
    }

    /// Counts for the networks of an unknown client, whose neighbours may be the same person. Networks of a known
    /// client are not counted, so its neighbours cannot keep the user out.
    fn admit_stranger(&self, client: &Client, target: LoginTarget<'_>) -> Result<(), RateLimited> {
        self.failed_logins.admit_networks(client, ())?;
        self.guesses
            .admit(&self.target(target))
            .inspect_err(|_| self.failed_logins.take_back_networks(client, ()))
    }
}

impl<C> AbuseGuard for RateLimits<C>
where
    C: Clock + Clone + Send + Sync,
    C::Instant: Send + Sync,
{
    fn admit(&self, ip: Option<IpAddr>, attempt: RateLimitedAction<'_>) -> Result<(), RateLimited> {
        let client = Client::of(ip);
        match attempt {
            RateLimitedAction::Login(name) => self.admit_login(&client, name),
            RateLimitedAction::LoginTo(_, Familiarity::Known) => Ok(()),
            RateLimitedAction::LoginTo(target, Familiarity::Stranger) => {
                self.admit_stranger(&client, target)
            }
            RateLimitedAction::Confirm(user, familiarity) => {
                self.admit_confirmation(&client, user, familiarity)
            }
            RateLimitedAction::SecondFactor(user) => self.second_factors.admit(&user),
            RateLimitedAction::Register => self.registrations.admit(&client, ()),
            RateLimitedAction::FollowLink => self.links.admit(&client, ()),
            RateLimitedAction::Recover(email) => {
                self.registrations.admit(&client, ())?;
                self.admit_mail(&client, &self.recoveries, email)
            }
            RateLimitedAction::Mail(email) => self.admit_mail(&client, &self.mails, email),
            RateLimitedAction::Notice(email) => self.mails.admit(&self.address(email)),
            RateLimitedAction::ChangeCredential(user) => {
                self.registrations.admit(&client, ())?;
                self.credential_changes.admit(&user)
            }
            RateLimitedAction::RecordEvent(user) => self.recorded_events.admit(&user),
            RateLimitedAction::RecordRefusal(user) => self.recorded_refusals.admit(&user),
            RateLimitedAction::ServiceRequest(service) => self.service_requests.admit(&service.id),
            RateLimitedAction::ServicePoll(service) => self.service_polls.admit(&service.id),
        }
    }

    fn forgive(&self, ip: Option<IpAddr>, attempt: RateLimitedAction<'_>) {
        match attempt {
            RateLimitedAction::Login(_) => self.failed_logins.take_back_client(&Client::of(ip), ()),
            RateLimitedAction::LoginTo(target, Familiarity::Stranger) => {
                self.failed_logins.take_back_networks(&Client::of(ip), ());
                self.guesses.take_back(&self.target(target));
            }
            RateLimitedAction::Confirm(user, familiarity) => {
                self.failed_logins.take_back_client(&Client::of(ip), ());
                let target = LoginTarget::Account(user);
                self.forgive(ip, RateLimitedAction::LoginTo(target, familiarity));
            }
            RateLimitedAction::SecondFactor(user) => self.second_factors.take_back(&user),
            RateLimitedAction::LoginTo(_, Familiarity::Known)
            | RateLimitedAction::Register
            | RateLimitedAction::FollowLink
            | RateLimitedAction::Recover(_)
            | RateLimitedAction::Mail(_)
            | RateLimitedAction::Notice(_)
            | RateLimitedAction::ChangeCredential(_)
            | RateLimitedAction::RecordEvent(_)
            | RateLimitedAction::RecordRefusal(_)
            | RateLimitedAction::ServiceRequest(_)
            | RateLimitedAction::ServicePoll(_) => {}
        }
    }
}
