//! How many logins had which outcome, by dialect.

use std::sync::atomic::{AtomicU64, Ordering};

use azuma_domain::services::{IssuedSession, LoginError, SecondFactorError};

use crate::telemetry::note_user;

/// Where somebody logs in.
#[derive(Clone, Copy, Debug)]
pub enum Entrance {
    Azuma,
    Legacy,
    Account,
    /// The account page.
    Page,
}

/// The outcomes of a login.
const OUTCOMES: [&str; 9] = [
    "success",
    "user_unknown",
    "wrong_password",
    "not_verified",
    "disabled",
    "code_missing",
    "code_wrong",
    "limited",
    "failed",
];

/// How many logins were let in or refused.
#[derive(Default)]
pub struct Logins {
    azuma: Outcomes,
    legacy: Outcomes,
    account: Outcomes,
    page: Outcomes,
}

/// How many logins had each of the [`OUTCOMES`].
#[derive(Default)]
struct Outcomes([AtomicU64; OUTCOMES.len()]);

impl Logins {
    /// Counts a login, notes its user for the access log, and hands its outcome on.
    pub fn count(
        &self,
        entrance: Entrance,
        login: Result<IssuedSession, LoginError>,
    ) -> Result<IssuedSession, LoginError> {
        if let Ok(issued) = &login {
            note_user(issued.user.id);
        }
        let outcomes = match entrance {
            Entrance::Azuma => &self.azuma,
            Entrance::Legacy => &self.legacy,
            Entrance::Account => &self.account,
            Entrance::Page => &self.page,
        };
        outcomes.count(outcome(&login));
        login
    }

    /// The name of each entrance, with each outcome and its count.
    pub fn read(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        let entrances = [
            ("azuma", &self.azuma),
            ("legacy", &self.legacy),
            ("account", &self.account),
            ("page", &self.page),
        ];
        entrances.into_iter().flat_map(|(entrance, outcomes)| {
            let counts = outcomes.read();
            counts.map(move |(outcome, count)| (entrance, outcome, count))
        })
    }
}

impl Outcomes {
    fn count(&self, outcome: &str) {
        let place = OUTCOMES.iter().position(|known| *known == outcome);
        if let Some(count) = place.and_then(|place| self.0.get(place)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn read(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self.0.iter().map(|count| count.load(Ordering::Relaxed));
        OUTCOMES.into_iter().zip(counts)
    }
}

fn outcome(login: &Result<IssuedSession, LoginError>) -> &'static str {
    match login {
        Ok(_) => "success",
        Err(
            LoginError::RateLimited(_)
            | LoginError::SecondFactor(SecondFactorError::RateLimited(_)),
        ) => "limited",
        Err(LoginError::UserUnknown) => "user_unknown",
        Err(LoginError::WrongPassword | LoginError::PasswordUnreadable(_)) => "wrong_password",
        Err(LoginError::NotVerified) => "not_verified",
        Err(LoginError::Disabled) => "disabled",
        Err(LoginError::SecondFactor(SecondFactorError::Missing)) => "code_missing",
        Err(LoginError::SecondFactor(SecondFactorError::Wrong)) => "code_wrong",
        Err(
            LoginError::SecondFactor(SecondFactorError::Store(_))
            | LoginError::Hash(_)
            | LoginError::Store(_),
        ) => "failed",
    }
}
