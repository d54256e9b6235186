use std::net::IpAddr;

use crate::service::ServiceName;
use crate::user::{DisabledReason, UserId};

/// An event that matters for the security of accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityEvent {
    /// What happened.
    pub kind: SecurityEventKind,
    /// The account concerned, if it is known.
    pub user_id: Option<UserId>,
    /// The address of the client that caused it, if it is known.
    pub ip: Option<IpAddr>,
}

/// The kinds of security events. None carries text that a client sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecurityEventKind {
    /// A login was refused.
    LoginRefused(RefusedLogin),
    /// An attempt was rate limited.
    AttemptLimited(ActionKind),
    /// This service asked too often.
    ServiceLimited(ServiceName),
    /// The recipient of a link said that somebody else had asked for it. The waiting account was deleted, or the change
    /// of address cancelled.
    LinkDisowned,
    /// A link was refused because it is unknown, used or expired.
    LinkRefused,
    /// A registration was refused because its invitation is unknown, expired or used up.
    InviteRefused,
    /// Somebody asked for a link that sets a new password. Whether an account has the address is not known then.
    RecoveryRequested,
    /// A mailed link set a new password; all sessions of the account were revoked.
    PasswordReset,
    /// A mailed link verified an account.
    AccountVerified,
    /// The user set a new password; its other sessions were revoked.
    PasswordChanged,
    /// A change was refused because the current password was wrong.
    CurrentPasswordRefused,
    /// A login or a change was refused because the code of the second factor was wrong.
    SecondFactorRefused,
    /// The user enabled a second factor.
    SecondFactorEnabled,
    /// The user removed its second factor.
    SecondFactorRemoved,
    /// The user asked for another address. A mailed link must confirm it.
    EmailChangeRequested,
    /// A mailed link confirmed the user's new address.
    EmailChanged,
    /// The user revoked all of its sessions.
    SessionsRevoked,
    /// The user deleted the account.
    AccountDeleted,
    /// An attempt was refused, but could not be recorded in the audit trail.
    AuditEventLost,
}

/// Why a login was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefusedLogin {
    /// No account has the name.
    UserUnknown,
    /// The password is wrong.
    WrongPassword,
    /// The password is right, but the account waits for verification.
    NotVerified,
    /// The password is right, but an operator has disabled the account, for this reason if one was given.
    Disabled(Option<DisabledReason>),
}

/// The kinds of actions that are rate limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// A login.
    Login,
    /// A login by a client that the account does not know, while others guess its password.
    StrangersLogin,
    /// Comparing the current password before a change.
    Confirm,
    /// A code of a second factor.
    SecondFactor,
    /// A registration.
    Register,
    /// Following a link.
    FollowLink,
    /// Requesting a recovery.
    Recover,
    /// Causing a message to an address.
    Mail,
    /// A notice to a user. It was not written.
    Notice,
    /// Changing a password or an address.
    ChangeCredential,
    /// Recording an event in the audit trail. What it tells of was done.
    RecordEvent,
}

/// Records security events for the operator.
pub trait SecurityLog: Send + Sync {
    /// Records an event. MUST NOT block or fail.
    fn record(&self, event: SecurityEvent);
}
