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

/// How many logins were let in or refused.
#[derive(Default)]
pub struct Logins {
    azuma: Outcomes,
    legacy: Outcomes,
    account: Outcomes,
    page: Outcomes,
}

/// How many logins had each outcome.
#[derive(Default)]
struct Outcomes {
    success: AtomicU64,
    user_unknown: AtomicU64,
    wrong_password: AtomicU64,
    not_verified: AtomicU64,
    disabled: AtomicU64,
    code_missing: AtomicU64,
    code_wrong: AtomicU64,
    limited: AtomicU64,
    failed: AtomicU64,
}

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
        outcomes.of(&login).fetch_add(1, Ordering::Relaxed);
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
            let counts = outcomes.read().into_iter();
            counts.map(move |(outcome, count)| (entrance, outcome, count))
        })
    }
}

impl Outcomes {
    /// The count of the outcome that this login had.
    fn of(&self, login: &Result<IssuedSession, LoginError>) -> &AtomicU64 {
        match login {
            Ok(_) => &self.success,
            Err(
                LoginError::RateLimited(_)
                | LoginError::SecondFactor(SecondFactorError::RateLimited(_)),
            ) => &self.limited,
            Err(LoginError::UserUnknown) => &self.user_unknown,
            Err(LoginError::WrongPassword | LoginError::PasswordUnreadable(_)) => {
                &self.wrong_password
            }
            Err(LoginError::NotVerified) => &self.not_verified,
            Err(LoginError::Disabled) => &self.disabled,
            Err(LoginError::SecondFactor(SecondFactorError::Missing)) => &self.code_missing,
            Err(LoginError::SecondFactor(SecondFactorError::Wrong)) => &self.code_wrong,
            Err(
                LoginError::SecondFactor(SecondFactorError::Store(_))
                | LoginError::Hash(_)
                | LoginError::Store(_),
            ) => &self.failed,
        }
    }

    /// The name of each outcome, and its count.
    fn read(&self) -> [(&'static str, u64); 9] {
        [
            ("success", &self.success),
            ("user_unknown", &self.user_unknown),
            ("wrong_password", &self.wrong_password),
            ("not_verified", &self.not_verified),
            ("disabled", &self.disabled),
            ("code_missing", &self.code_missing),
            ("code_wrong", &self.code_wrong),
            ("limited", &self.limited),
            ("failed", &self.failed),
        ]
        .map(|(outcome, count)| (outcome, count.load(Ordering::Relaxed)))
    }
}
