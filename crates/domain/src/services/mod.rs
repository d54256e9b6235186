//! The use cases, by subject. Each subject is a struct of the ports and settings that its use cases need; each use case
//! is a method in a file of its own, with an error enum of its own.
//!
//! | struct | use cases |
//! |---|---|
//! | [`Accounts`] | register, verify, change, delete and recover accounts |
//! | [`AccountAdmin`] | list, show, change, disable, enable and delete accounts, for the operator |
//! | [`CredentialAdmin`] | create accounts and set passwords, for the operator |
//! | [`UserImport`] | take users of other systems, for the operator |
//! | [`InviteAdmin`] | make, list and revoke invitations, for the operator |
//! | [`AuditAdmin`] | read the audit trail, for the operator |
//! | [`Sessions`] | log in, check, renew, list and revoke sessions |
//! | [`SessionAdmin`] | list and revoke sessions, one or those of all users, for the operator |
//! | [`KeyAdmin`] | count what each key has derived, and replace the tokens of former keys, for the operator |
//! | [`ServiceAccess`] | answer services: whose a token is, what has changed since |
//! | [`ServiceAdmin`] | create, list and revoke services, for the operator |
//! | [`Mailing`] | send the messages of the outbox |
//! | [`OutboxAdmin`] | list, requeue and discard messages, for the operator |
//! | [`TestMail`] | send a test message, for the operator |
//! | [`RestoreAdmin`] | put a restored database in order, for the operator |
//! | [`Housekeeping`] | delete expired rows, old mail and old events |
//! | [`Health`] | tell whether the database can be worked with |
//!
//! Types that several subjects share are beside them: [`Doorkeeper`] limits and logs attempts, [`SessionIssuer`] makes
//! sessions.

mod account_key;
mod accounts;
mod audit_admin;
mod audit_trail;
mod doorkeeper;
mod health;
mod housekeeping;
mod key_admin;
mod known_clients;
mod mail_permit;
mod mailing;
mod notice;
mod restore_admin;
mod second_factor;
mod service_access;
mod service_admin;
mod session_issuer;
mod sessions;
mod surplus_sessions;
mod user_import;

pub use account_key::{AccountKey, NoSingleAccount};
pub use accounts::{
    AccountAdmin, AccountAdminError, AccountDetails, AccountFilter, AccountList, AccountRequest,
    Accounts, CreateAccountError, CredentialAdmin, CurrentPasswordError, DeleteUserError, Disowned,
    EmailStanding, EventPage, FactorError, FactorStatus, FindUserError, FollowLinkError, Followed,
    GeneratedPassword, InviteAdmin, InviteAdminError, InviteKey, LinkPreview, PasswordBlocklist,
    PasswordGuessable, RecoverAccountError, Recovery, RecoveryProgress, RegisterError, Registered,
    Registration, ResetPasswordError, SetPasswordError, StateFilter, StoredBesides,
    UpdateUserError, UserUpdate, WantedAccount,
};
pub use audit_admin::{AuditAdmin, AuditAdminError, TrailReader};
pub use doorkeeper::Doorkeeper;
pub use health::{DatabaseHealth, Health};
pub use housekeeping::{ClockDoubt, DiscardedLetters, Housekeeping, KeptFor, Swept};
pub use key_admin::{KeyAdmin, KeyStatus, KeyUses};
pub use mailing::{
    Delivery, MailBacklog, Mailing, OutboxAdmin, OutboxAdminError, SharedClock, TestMail,
};
pub use restore_admin::{RestoreAdmin, RevivedSessions, Settled};
pub use second_factor::SecondFactorError;
pub use service_access::{
    Answers, CheckTokensError, FollowError, KnownUser, News, ServiceAccess, ServiceAccessError,
    TokenBatch, UserBatch, WrongTokenCount,
};
pub use service_admin::{ServiceAdmin, ServiceAdminError};
pub use session_issuer::{IssuedSession, SessionIssuer};
pub use sessions::{
    AuthenticateError, Login, LoginError, LogoutScope, NextToken, RevokeSessionError, SessionAdmin,
    SessionAdminError, SessionList, Sessions, TokenInUse,
};
pub use user_import::{
    ImportError, ImportFate, ImportMode, ImportRefusal, ImportRun, ImportTally, ImportedEntry,
    Likeness, UserImport,
};

/// Whether a task that works in batches has more to do at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backlog {
    /// There may be more to do.
    Left,
    /// Nothing is left to do.
    Empty,
}
