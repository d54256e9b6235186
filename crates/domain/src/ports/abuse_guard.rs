use std::net::IpAddr;
use std::time::Duration;

use crate::error_code::{ErrorCode, HasErrorCode};
use crate::user::{EmailAddress, UserId, UserName};

/// Something the guard counts.
#[derive(Clone, Copy, Debug)]
pub enum RateLimitedAction<'a> {
    /// A login: counted for the client, and for the client with that name; and for the client as one that fails, until
    /// [`forgive`](AbuseGuard::forgive) takes that back.
    Login(&'a UserName),
    /// The same login, once it is known whether the account knows the client. Where it does not, or nobody has the name, it is
    /// counted for the name, whoever asks, and for the client's networks, as one that fails, until
    /// [`forgive`](AbuseGuard::forgive) takes that back.
    LoginTo(&'a UserName, Familiarity),
    /// A registration: counted for the client.
    Register,
    /// A link followed: counted for the client.
    FollowLink,
    /// A recovery requested, which may mail: counted for the client as a registration is and as one who has something mailed, for
    /// the address, known or not, whoever asks, and for the instance. The count of the address is its own, so that whatever else is
    /// mailed there keeps nobody from recovering an account: whoever is blocked has the links that were mailed meanwhile.
    Recover(&'a EmailAddress),
    /// A message to whoever has this address, which somebody asked for: counted for the address, whoever asks, for the client and
    /// for the instance.
    Mail(&'a EmailAddress),
    /// A message that tells the owner of a proved address something: counted for the address together with [`Mail`](Self::Mail).
    Notice(&'a EmailAddress),
    /// A password or an address changed, which hashes or mails: counted for the client as a registration is, and
    /// for the user, who has logged in.
    ChangeCredential(UserId),
}

/// Whether an account knows a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Familiarity {
    /// Its user has logged in from the client's network.
    Known,
    /// Its user has not, or nobody has the name.
    Stranger,
}

/// The guard asks to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts")]
pub struct RateLimited {
    /// How long.
    pub retry_after: Duration,
}

impl HasErrorCode for RateLimited {
    fn code(&self) -> ErrorCode {
        ErrorCode::TooManyAttempts {
            retry_after: self.retry_after,
        }
    }
}

/// Slows those down who try too much.
///
/// Attempts are counted by where they come from. What mails is also counted by where it goes, and guesses of clients that an
/// account does not know by the account; those that it knows are let in whatever clients elsewhere do, so nobody can lock somebody else
/// out.
pub trait AbuseGuard: Send + Sync {
    /// Counts an attempt; `ip` is the client's, and matters where the attempt is counted for the client.
    ///
    /// # Errors
    /// [`RateLimited`] where there were too many; the attempt is not to be made.
    fn admit(&self, ip: Option<IpAddr>, attempt: RateLimitedAction<'_>) -> Result<(), RateLimited>;

    /// Takes back that an attempt which was admitted counts as one that fails: it was no guess, or nothing was compared with
    /// it. To be called once at the most for an attempt. Those under way count as such that fail, so that guesses made at once
    /// are not more than guesses made one by one.
    fn forgive(&self, ip: Option<IpAddr>, attempt: RateLimitedAction<'_>);
}
