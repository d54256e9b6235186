//! The use cases, by subject. Each subject is a struct of the ports and settings that its use cases need; each use case is
//! a method in a file of its own, with an error enum of its own.
//!
//! | struct | use cases |
//! |---|---|
//! | [`Accounts`] | register, verify, change, delete and recover accounts |
//! | [`Sessions`] | log in, check, renew, list and revoke sessions |
//! | [`SessionAdmin`] | revoke everybody's sessions, for the operator |
//! | [`Mailing`] | send what the outbox holds |
//! | [`OutboxAdmin`] | list, requeue and discard messages, for the operator |
//! | [`TestMail`] | send a test message, for the operator |
//! | [`Housekeeping`] | delete what has expired |
//!
//! What several of them share is a type beside them: [`Doorkeeper`] limits and logs attempts, [`SessionIssuer`] makes
//! sessions.

mod accounts;
mod doorkeeper;
mod housekeeping;
mod known_clients;
mod mailing;
mod session_issuer;
mod sessions;
mod surplus_sessions;

pub use accounts::{
    AccountRequest, Accounts, DeleteUserError, Disowned, FindUserError, FollowLinkError, Followed,
    LinkPreview, RecoverAccountError, Recovery, RecoveryProgress, RegisterError, Registration,
    ResetPasswordError, UpdateUserError, UserUpdate,
};
pub use doorkeeper::Doorkeeper;
pub use housekeeping::{ClockDoubt, DiscardedLetters, Housekeeping, Swept};
pub use mailing::{Delivery, Mailing, OutboxAdmin, OutboxAdminError, TestMail};
pub use session_issuer::{IssuedSession, SessionIssuer};
pub use sessions::{
    AuthenticateError, ListSessionsError, Login, LoginError, LogoutScope, NextToken,
    RenewSessionError, RevokeSessionError, SessionAdmin, Sessions, TokenInUse,
};

/// Whether a task that works in batches has more to do at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backlog {
    /// There may be more to do.
    Left,
    /// Nothing is left to do.
    Empty,
}
