use std::net::IpAddr;

use crate::user::UserId;

/// What happened, and to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecurityEvent {
    /// What happened.
    pub kind: SecurityEventKind,
    /// The account it happened to, where that is known.
    pub user_id: Option<UserId>,
    /// The address of the client that did it, where that is known.
    pub ip: Option<IpAddr>,
}

/// What an operator wants to see when accounts are attacked. None of it carries a text that a client sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityEventKind {
    /// A login was refused.
    LoginRefused(RefusedLogin),
    /// The abuse guard asked a client to wait.
    AttemptBlocked(LimitedAction),
    /// Whoever was mailed a link said that it was somebody else's wish, which was taken back: an account that waited is deleted, or a
    /// change of address dropped.
    LinkDisowned,
    /// A mailed link did nothing: it is unknown, used or expired.
    LinkRefused,
    /// Somebody asked for a link that sets a new password. Whether an account has the address is not known yet.
    RecoveryRequested,
    /// A mailed link set a new password, and ended all sessions.
    PasswordReset,
    /// A mailed link verified an account.
    AccountVerified,
    /// The user set a new password, which ended the other sessions.
    PasswordChanged,
    /// The user asked for another address, which a mailed link has to confirm.
    EmailChangeRequested,
    /// A mailed link confirmed another address, which is the user's now.
    EmailChanged,
    /// The user ended all of its sessions.
    SessionsRevoked,
    /// The user deleted the account.
    AccountDeleted,
}

/// Why a login was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedLogin {
    /// Nobody has the name.
    UserUnknown,
    /// The password is another.
    WrongPassword,
    /// The password is right, and the account waits for verification.
    NotVerified,
}

/// What a client was asked to wait with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitedAction {
    /// A login.
    Login,
    /// A login of a client that the account does not know, while others guess at its password.
    StrangersLogin,
    /// A registration.
    Register,
    /// Following a link.
    FollowLink,
    /// Asking for a recovery.
    Recover,
    /// Having something mailed to an address.
    Mail,
    /// A message that tells a user something: it was not written.
    Notice,
    /// Changing a password or an address.
    ChangeCredential,
}

/// Tells the operator what matters for the security of accounts.
pub trait SecurityLog: Send + Sync {
    /// Tells of an event. MUST NOT block or fail.
    fn record(&self, event: SecurityEvent);
}
