//! Clock, randomness and passwords.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use azuma_checker::history::Moment;
use azuma_domain::Timestamp;
use azuma_domain::ports::{
    BoxFuture, Clock, Entropy, HashError, PasswordHasher, SecurityEvent, SecurityLog, Verdict,
};
use azuma_domain::user::{GivenPassword, Password, PasswordHash};
use fastrand::Rng;
use tokio::time::Instant;
use uuid::{Builder, Uuid};

/// When every run begins: 2026-01-01.
const BEGIN: i64 = 1_767_225_600_000_000;

/// The time of the run, which passes only where something waits.
#[derive(Clone, Copy)]
pub(crate) struct RunClock(Instant);

impl RunClock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn now(self) -> Moment {
        Moment(i64::try_from(self.0.elapsed().as_micros()).unwrap())
    }

    pub(crate) fn running(self) -> Duration {
        self.0.elapsed()
    }
}

/// The moment of the run that a node calls so.
pub(crate) fn moment_of(time: Timestamp) -> Moment {
    Moment(time.micros() - BEGIN)
}

/// A node's clock.
pub(crate) struct NodeClock {
    pub(crate) run: RunClock,
    pub(crate) ahead_millis: i32,
}

impl Clock for NodeClock {
    fn now(&self) -> Timestamp {
        let ahead = i64::from(self.ahead_millis) * 1_000;
        Timestamp::from_micros(BEGIN + self.run.now().0 + ahead)
    }

    fn running(&self) -> Duration {
        self.run.running()
    }
}

/// Ids that are the same in every run of a plan.
pub(crate) struct SeededEntropy(pub(crate) Mutex<Rng>);

impl Entropy for SeededEntropy {
    fn uuid(&self) -> Uuid {
        let mut rng = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid()
    }

    fn u64(&self) -> u64 {
        let mut rng = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rng.u64(..)
    }
}

/// Hashes by writing the password down: what hashing costs is not what a simulation looks for.
pub(crate) struct PlainHasher;

const SCHEME: &str = "$simulated$";

impl PasswordHasher for PlainHasher {
    fn hash(
        &self,
        _client: Option<IpAddr>,
        password: Password,
    ) -> BoxFuture<'_, Result<PasswordHash, HashError>> {
        Box::pin(async move {
            let text = String::from_utf8_lossy(password.expose());
            Ok(PasswordHash::from_phc(format!("{SCHEME}{text}")))
        })
    }

    fn verify(
        &self,
        client: Option<IpAddr>,
        password: GivenPassword,
        hash: PasswordHash,
    ) -> BoxFuture<'_, Result<Verdict, HashError>> {
        Box::pin(async move {
            let Some(password) = password.prepared() else {
                return Ok(Verdict::Wrong);
            };
            Ok(match self.hash(client, password.clone()).await? == hash {
                true => Verdict::Right,
                false => Verdict::Wrong,
            })
        })
    }
}

/// Nobody reads it.
pub(crate) struct NoLog;

impl SecurityLog for NoLog {
    fn record(&self, _event: SecurityEvent) {}
}
