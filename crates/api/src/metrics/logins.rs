//! How many logins had which outcome, by dialect.

use std::sync::atomic::{AtomicU64, Ordering};

use azuma_domain::services::{IssuedSession, LoginError, SecondFactorError};

use crate::telemetry::note_user;

/// Where somebody logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entrance {
    Azuma,
    Legacy,
    Account,
    /// The account page.
    Page,
}

const ENTRANCES: [(Entrance, &str); 4] = [
    (Entrance::Azuma, "azuma"),
    (Entrance::Legacy, "legacy"),
    (Entrance::Account, "account"),
    (Entrance::Page, "page"),
];

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
pub struct Logins([[AtomicU64; OUTCOMES.len()]; ENTRANCES.len()]);

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
        let outcome = outcome(&login);
        for ((known, _), counts) in ENTRANCES.iter().zip(&self.0) {
            let counts = OUTCOMES.iter().zip(counts);
            for (name, count) in counts.filter(|_| *known == entrance) {
                count.fetch_add(u64::from(*name == outcome), Ordering::Relaxed);
            }
        }
        login
    }

    /// The name of each entrance, with each outcome and its count.
    pub fn read(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        ENTRANCES
            .iter()
            .zip(&self.0)
            .flat_map(|((_, entrance), counts)| {
                let counts = OUTCOMES.iter().zip(counts);
                counts.map(move |(outcome, count)| {
                    (*entrance, *outcome, count.load(Ordering::Relaxed))
                })
            })
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
