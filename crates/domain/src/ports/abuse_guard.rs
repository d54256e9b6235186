use std::net::IpAddr;
use std::time::Duration;

use crate::error_code::{ErrorCode, HasErrorCode};
use crate::service::Service;
use crate::user::{EmailAddress, LoginName, UserId};

/// An action that the guard counts.
#[derive(Clone, Copy, Debug)]
pub enum RateLimitedAction<'a> {
    /// A login. It counts for the client and for the client with this name; it also counts as a failed login of the
    /// client, until [`forgive`](AbuseGuard::forgive) is called.
    Login(&'a LoginName),
    /// The same login, after it is known whether the account knows the client. If it does not, or there is no account,
    /// the login counts as a failed one for the target, whichever client asks, and for the client's networks, until
    /// [`forgive`](AbuseGuard::forgive) is called.
    LoginTo(LoginTarget<'a>, Familiarity),
    /// Comparing the current password of a user who is logged in. It counts as a login does, by the user in place of the
    /// name, and as a failed one until [`forgive`](AbuseGuard::forgive) is called.
    Confirm(UserId, Familiarity),
    /// A code of an app for a user whose password was right, or who is logged in. It counts as a wrong one for the user,
    /// whichever client asks, until [`forgive`](AbuseGuard::forgive) is called.
    SecondFactor(UserId),
    /// A registration. It counts for the client.
    Register,
    /// Following a link. It counts for the client.
    FollowLink,
    /// Requesting a recovery, which may cause a message. It counts for the client, both as a registration and as a
    /// message; for the address, known or not, whichever client asks; and for the instance. The address has a count of
    /// its own for recoveries, so that other messages to the address never keep its owner from recovering the account:
    /// when this count is exceeded, the links have been mailed.
    Recover(&'a EmailAddress),
    /// A message to this address that a client asked for. It counts for the address, whichever client asks, for the
    /// client and for the instance.
    Mail(&'a EmailAddress),
    /// A notice to the owner of a proved address. It counts for the address, together with [`Mail`](Self::Mail).
    Notice(&'a EmailAddress),
    /// Changing a password or an address, which hashes or mails, or beginning to set up a second factor. It counts for the client as a
    /// registration does, and for the user, who is logged in.
    ChangeCredential(UserId),
    /// Recording an event of this account in the audit trail that its user can cause again and again. It counts for the
    /// user.
    RecordEvent(UserId),
    /// Recording an attempt on this account that was refused. It counts for the user, apart from
    /// [`RecordEvent`](Self::RecordEvent), whichever client asks.
    RecordRefusal(UserId),
    /// A request of a service. It counts for the service.
    ServiceRequest(&'a Service),
    /// A request of a service for the changes. It counts for the service, apart from its other requests, so that many
    /// checks keep no follower from the history.
    ServicePoll(&'a Service),
}

/// Whose password a login tries.
#[derive(Clone, Copy, Debug)]
pub enum LoginTarget<'a> {
    /// An account's, whether its name was given or its address.
    Account(UserId),
    /// Nobody's: no account has the name.
    Nobody(&'a LoginName),
}

/// Whether an account knows a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Familiarity {
    /// The user has logged in from the client's network.
    Known,
    /// The user has not, or no account has the name.
    Stranger,
}

/// An action is rate limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts")]
pub struct RateLimited {
    /// How long the client must wait.
    pub retry_after: Duration,
}

impl HasErrorCode for RateLimited {
    fn code(&self) -> ErrorCode {
        ErrorCode::TooManyAttempts {
            retry_after: self.retry_after,
        }
    }
}

/// Limits the rate of actions.
///
/// Actions count for the client that performs them. Those that cause mail also count for the recipient. Guesses by
/// clients that the account does not know also count for the account; a client that it knows can log in however often
/// strangers guess, so nobody can lock out a user. The limits and their reasons are in
/// `docs/decisions/0005-abuse-limits.md`.
pub trait AbuseGuard: Send + Sync {
    /// Counts an attempt and admits or refuses it. `ip` is the client's address; it matters only if the attempt counts
    /// for the client.
    ///
    /// # Errors
    /// [`RateLimited`] if there were too many attempts. The caller must not perform the action then.
    fn admit(&self, ip: Option<IpAddr>, attempt: RateLimitedAction<'_>) -> Result<(), RateLimited>;

    /// Stops counting an admitted attempt as a failed one, because it was no guess or no password was compared. Callers
    /// call this at most once per attempt. Until then an attempt counts as failed, so that simultaneous guesses are
    /// limited like successive ones.
    fn forgive(&self, ip: Option<IpAddr>, attempt: RateLimitedAction<'_>);
}
