//! Logs users in, and checks, renews, lists and revokes sessions.

mod admin;
mod authenticate;
mod list_sessions;
mod login;
mod login_check;
mod login_error;
mod look_at;
mod renew_session;
mod revoke_every;
mod revoke_session;

use std::sync::Arc;

pub use admin::{SessionAdmin, SessionAdminError, SessionList};
pub use authenticate::AuthenticateError;
pub use list_sessions::TokenInUse;
pub use login::Login;
pub use login_error::LoginError;
pub use renew_session::NextToken;
pub(super) use revoke_every::revoke_every;
pub use revoke_session::{LogoutScope, RevokeSessionError};

use super::{Doorkeeper, SessionIssuer};
use crate::mail::NewLoginNotice;
use crate::ports::{Clock, Entropy, PasswordHasher, SessionCheck, Store};
use crate::session::Lifetimes;
use crate::token::TokenKeys;

/// The use cases of sessions. One value serves all requests at once.
pub struct Sessions {
    /// Keeps sessions and their tokens.
    pub store: Arc<dyn Store>,
    /// Finds sessions by their tokens.
    pub session_check: Arc<dyn SessionCheck>,
    /// Compares passwords, and rehashes those with an outdated hash.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Limits attempts and logs security events.
    pub doorkeeper: Doorkeeper,
    /// Makes the session of a login.
    pub issuer: SessionIssuer,
    /// Derives next tokens, and tokens that are shown again.
    pub keys: TokenKeys,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes the ids of messages.
    pub entropy: Arc<dyn Entropy>,
    /// Whether a login from a new place is told to the user by mail.
    pub new_login_notice: NewLoginNotice,
    /// How long sessions live.
    pub lifetimes: Lifetimes,
    /// The most live sessions that a user may have, at least 1.
    pub sessions_per_user: u32,
}
