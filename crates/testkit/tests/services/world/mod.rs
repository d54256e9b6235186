//! The services with everything they need, and the people who call them.

mod guards;
mod hashers;
mod mailbox;
mod people;
mod security_log;
mod session_check;
mod sessions;

use std::sync::Arc;
use std::time::Duration;

use azuma_domain::error_code::HasErrorCode;
use azuma_domain::mail::NewLoginNotice;
use azuma_domain::ports::{
    AbuseGuard, Clock, Entropy, Mailer, PasswordHasher, SessionCheck, Store,
};
use azuma_domain::registration::RegistrationRules;
use azuma_domain::services::{
    AccountAdmin, Accounts, CredentialAdmin, Doorkeeper, Housekeeping, InviteAdmin, KeptFor,
    KeyAdmin, Mailing, OutboxAdmin, PasswordBlocklist, SessionAdmin, SessionIssuer, Sessions,
    SharedClock, UserImport,
};
use azuma_domain::session::{Lifetimes, SessionPolicy, SessionTerms};
use azuma_domain::token::{SecretKey, TokenKeys, TokenShape};
use azuma_domain::user::{CurrentPasswordRule, PasswordRules};
use azuma_domain::{ErrorCode, Timestamp};
use azuma_infra::abuse_guard::NoGuard;
use azuma_infra::store::{DatabaseUrl, DieselStore, PoolOptions};
use azuma_testkit::sample::{DAY, MINUTE};
use azuma_testkit::{FakeClock, FakeEntropy};

pub use guards::{Closed, WAIT};
pub use hashers::{InTheMiddle, NoMoreHashes, argon2};
pub use mailbox::Mailbox;
pub use people::{
    NEW_PASSWORD, PASSWORD, email_update, name_update, new_password, password_update, registration,
};
pub use security_log::{SecurityEvents, event};
use session_check::Uncached;

/// The sessions of the `azuma` dialect.
pub const AZUMA: SessionTerms = SessionTerms {
    policy: SessionPolicy::Sliding,
    shape: TokenShape::Uuid,
    first_life: MINUTE.saturating_mul(5),
};
/// The sessions of the `legacy` dialect.
pub const LEGACY: SessionTerms = SessionTerms {
    policy: SessionPolicy::Rotating,
    shape: TokenShape::Alphanumeric64,
    first_life: DAY.saturating_mul(30),
};
/// The sessions of the `account` dialect.
pub const ACCOUNT: SessionTerms = SessionTerms {
    policy: SessionPolicy::Sliding,
    shape: TokenShape::Uuid,
    first_life: DAY.saturating_mul(14),
};

/// A server.
pub struct World {
    pub accounts: Arc<Accounts>,
    pub sessions: Arc<Sessions>,
    pub mailing: Mailing,
    pub housekeeping: Housekeeping,
    pub parts: Parts,
}

/// The configuration of an instance.
#[derive(Clone)]
pub struct Settings {
    pub keys: TokenKeys,
    pub registration: RegistrationRules,
    pub password_rules: PasswordRules,
    pub blocklist: PasswordBlocklist,
    pub current_password: CurrentPasswordRule,
    pub new_login_notice: NewLoginNotice,
    pub lifetimes: Lifetimes,
    pub sessions_per_user: u32,
    pub registration_lifetime: Duration,
    pub recovery_lifetime: Duration,
    pub kept_for: KeptFor,
}

/// What a server is made of. Clones share store, clock and mailbox.
#[derive(Clone)]
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub clock: FakeClock,
    pub entropy: Arc<FakeEntropy>,
    pub hasher: Arc<dyn PasswordHasher>,
    pub guard: Arc<dyn AbuseGuard>,
    pub security_log: SecurityEvents,
    pub mailer: Arc<dyn Mailer>,
    pub mailbox: Mailbox,
    pub settings: Settings,
}

impl World {
    /// An instance with the default configuration and an empty database.
    pub fn new() -> Self {
        let url = DatabaseUrl::in_memory();
        let mailbox = Mailbox::new();
        Self::of(Parts {
            store: Arc::new(DieselStore::open(&url, PoolOptions::default()).unwrap()),
            clock: FakeClock::default(),
            entropy: Arc::new(FakeEntropy::new()),
            hasher: argon2(1),
            guard: Arc::new(NoGuard),
            security_log: SecurityEvents::default(),
            mailer: mailbox.mailer(),
            mailbox,
            settings: Settings {
                keys: keys(1, &[]),
                registration: RegistrationRules::default(),
                password_rules: PasswordRules { min_length: 1 },
                blocklist: PasswordBlocklist::Off,
                current_password: CurrentPasswordRule::NotAsked,
                new_login_notice: NewLoginNotice::Off,
                lifetimes: Lifetimes {
                    extend_to: 14 * DAY,
                    lifetime: 30 * DAY,
                    renew_within: 7 * DAY,
                    grace: MINUTE,
                    absolute: None,
                },
                sessions_per_user: 100,
                registration_lifetime: 10 * MINUTE,
                recovery_lifetime: 15 * MINUTE,
                kept_for: KeptFor {
                    mail: 30 * DAY,
                    events: 90 * DAY,
                },
            },
        })
    }

    /// Another node of the same instance, with some parts changed. This one goes on.
    pub fn restarted(&self, change: impl FnOnce(&mut Parts)) -> Self {
        let mut parts = self.parts.clone();
        change(&mut parts);
        Self::of(parts)
    }

    fn of(parts: Parts) -> Self {
        let store = || Arc::clone(&parts.store);
        let session_check: Arc<dyn SessionCheck> = Arc::new(Uncached(store()));
        let clock = || -> Arc<dyn Clock> { Arc::new(parts.clock.clone()) };
        let entropy = || -> Arc<dyn Entropy> { Arc::clone(&parts.entropy) as _ };
        let settings = parts.settings.clone();
        let guard = Arc::clone(&parts.guard);
        let doorkeeper = Doorkeeper::new(guard, Arc::new(parts.security_log.clone()));
        let issuer = SessionIssuer::new(settings.keys.clone(), entropy());
        Self {
            accounts: Arc::new(Accounts {
                store: store(),
                session_check: Arc::clone(&session_check),
                hasher: Arc::clone(&parts.hasher),
                doorkeeper: doorkeeper.clone(),
                issuer: issuer.clone(),
                keys: settings.keys.clone(),
                clock: clock(),
                entropy: entropy(),
                registration: settings.registration,
                password_rules: settings.password_rules,
                blocklist: settings.blocklist,
                current_password: settings.current_password,
                registration_lifetime: settings.registration_lifetime,
                recovery_lifetime: settings.recovery_lifetime,
            }),
            sessions: Arc::new(Sessions {
                store: store(),
                session_check,
                hasher: Arc::clone(&parts.hasher),
                doorkeeper,
                issuer,
                keys: settings.keys.clone(),
                clock: clock(),
                entropy: entropy(),
                new_login_notice: settings.new_login_notice,
                lifetimes: settings.lifetimes,
                sessions_per_user: settings.sessions_per_user,
            }),
            mailing: Mailing {
                store: store(),
                mailer: Arc::clone(&parts.mailer),
                keys: settings.keys,
                clock: Arc::new(SharedClock::new(clock())),
                entropy: entropy(),
            },
            housekeeping: Housekeeping::new(
                store(),
                Arc::clone(&parts.mailer),
                clock(),
                settings.kept_for,
            ),
            parts,
        }
    }

    /// What the operator's import uses.
    pub fn user_import(&self) -> UserImport {
        UserImport::new(
            Arc::clone(&self.parts.store),
            Arc::new(self.parts.clock.clone()),
        )
    }

    /// What the operator's commands for accounts use.
    pub fn account_admin(&self) -> AccountAdmin {
        AccountAdmin::new(
            Arc::clone(&self.parts.store),
            Arc::new(self.parts.clock.clone()),
        )
    }

    /// What the operator's commands use that make credentials.
    pub fn credential_admin(&self) -> CredentialAdmin {
        let settings = self.parts.settings.clone();
        CredentialAdmin {
            store: Arc::clone(&self.parts.store),
            hasher: Arc::clone(&self.parts.hasher),
            clock: Arc::new(self.parts.clock.clone()),
            entropy: Arc::clone(&self.parts.entropy) as _,
            password_rules: settings.password_rules,
            blocklist: settings.blocklist,
            email_domains: settings.registration.email_domains,
        }
    }

    /// What the operator's commands for sessions use.
    pub fn session_admin(&self) -> SessionAdmin {
        SessionAdmin::new(
            Arc::clone(&self.parts.store),
            Arc::new(self.parts.clock.clone()),
            self.parts.settings.lifetimes,
        )
    }

    /// What the operator's commands for keys use.
    pub fn key_admin(&self) -> KeyAdmin {
        KeyAdmin {
            store: Arc::clone(&self.parts.store),
            clock: Arc::new(self.parts.clock.clone()),
            keys: self.parts.settings.keys.clone(),
            lifetimes: self.parts.settings.lifetimes,
        }
    }

    /// What the operator's commands for invitations use.
    pub fn invite_admin(&self) -> InviteAdmin {
        InviteAdmin::new(
            Arc::clone(&self.parts.store),
            Arc::new(self.parts.clock.clone()),
            Arc::clone(&self.parts.entropy) as _,
        )
    }

    /// What the operator's commands for mail use.
    pub fn outbox_admin(&self) -> OutboxAdmin {
        OutboxAdmin::new(
            Arc::clone(&self.parts.store),
            Arc::new(self.parts.clock.clone()),
        )
    }

    /// The time it is.
    pub fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// Lets time pass.
    pub fn wait(&self, span: Duration) {
        self.parts.clock.advance(span);
    }
}

/// Token keys, each made of a number. `current` derives new tokens.
pub fn keys(current: u8, previous: &[u8]) -> TokenKeys {
    let key = |number| SecretKey::from_bytes([number; 32]);
    TokenKeys::new(key(current), previous.iter().copied().map(key).collect())
}

/// The code of the refusal. Fails the test if there was none.
#[track_caller]
pub fn refusal<T, E: HasErrorCode>(outcome: Result<T, E>) -> ErrorCode {
    match outcome {
        Ok(_) => panic!("it was not refused"),
        Err(error) => error.code(),
    }
}
