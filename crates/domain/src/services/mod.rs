//! The use cases, one file each. Every one is a method of [`Services`], with an error enum of its own.

mod authenticate;
mod bound_sessions;
mod clock_watch;
mod delete_user;
mod deliver_mail;
mod discard_old_mail;
mod disown_link;
mod draft_mail;
mod find_user;
mod follow_link;
mod issue_session;
mod known_clients;
mod list_sessions;
mod login;
mod mail_desk;
mod mail_permit;
mod recover_account;
mod register;
mod renew_session;
mod request_account;
mod reset_password;
mod revoke_session;
mod security;
mod session_desk;
mod sweep;
mod test_mail;
mod update_user;

use std::sync::{Arc, Mutex};
use std::time::Duration;

pub use authenticate::AuthenticateError;
pub use clock_watch::ClockDoubt;
pub use delete_user::DeleteUserError;
pub use deliver_mail::Delivery;
pub use discard_old_mail::DiscardedLetters;
pub use disown_link::Disowned;
pub use find_user::FindUserError;
pub use follow_link::{FollowLinkError, Followed, LinkPreview};
pub use issue_session::IssuedSession;
pub use list_sessions::{ListSessionsError, TokenInUse};
pub use login::{Login, LoginError};
pub use mail_desk::{MailDesk, MailDeskError};
pub use recover_account::{RecoverAccountError, Recovery, RecoveryProgress};
pub use register::{RegisterError, Registration};
pub use renew_session::{NextToken, RenewSessionError};
pub use request_account::AccountRequest;
pub use reset_password::ResetPasswordError;
pub use revoke_session::{LogoutScope, RevokeSessionError};
pub use session_desk::SessionDesk;
pub use sweep::Swept;
pub use test_mail::TestMail;
pub use update_user::{UpdateUserError, UserUpdate};

use clock_watch::ClockWatch;

use crate::ports::{
    AbuseGuard, Clock, Entropy, Mailer, PasswordHasher, SecurityLog, SessionCheck, Store,
};
use crate::session::Lifetimes;
use crate::token::TokenKeys;
use crate::user::PasswordRules;

/// Whether a task that is done some of it at a time has more to do at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backlog {
    /// There may be more.
    Left,
    /// There was no more.
    Empty,
}

/// What the use cases need of the world.
pub struct Ports {
    /// Keeps everything.
    pub store: Arc<dyn Store>,
    /// Finds sessions by their tokens.
    pub session_check: Arc<dyn SessionCheck>,
    /// Hashes passwords.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Slows down those who try too much.
    pub guard: Arc<dyn AbuseGuard>,
    /// Tells the operator what matters for the security of accounts.
    pub security_log: Arc<dyn SecurityLog>,
    /// Sends messages.
    pub mailer: Arc<dyn Mailer>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids.
    pub entropy: Arc<dyn Entropy>,
}

/// What an instance decides for itself.
#[derive(Clone)]
pub struct Settings {
    /// Makes tokens.
    pub keys: TokenKeys,
    /// What is asked of a password when one is set.
    pub password_rules: PasswordRules,
    /// How long sessions live.
    pub lifetimes: Lifetimes,
    /// The most live sessions a user has, at least one.
    pub sessions_per_user: u32,
    /// How long a new account waits for verification, and how long links work that prove an address.
    pub registration_lifetime: Duration,
    /// How long a link works that lets its reader set a new password.
    pub recovery_lifetime: Duration,
    /// How long dead letters are kept, and messages by mailers that keep them.
    pub mail_kept_for: Duration,
}

/// The use cases. One value serves all requests at once.
pub struct Services {
    ports: Ports,
    settings: Settings,
    clock_watch: Mutex<ClockWatch>,
}

impl Services {
    /// Use cases over these ports.
    #[must_use]
    pub fn new(ports: Ports, settings: Settings) -> Self {
        Self {
            clock_watch: Mutex::new(ClockWatch::new(&*ports.clock)),
            ports,
            settings,
        }
    }

    /// What is asked of a password when one is set, for those who read one from a request.
    #[must_use]
    pub fn password_rules(&self) -> PasswordRules {
        self.settings.password_rules
    }
}
