use std::net::IpAddr;
use std::time::Duration;

use crate::error_code::{Coded, ErrorCode};
use crate::user::{EmailAddress, UserId, UserName};

/// Something the guard counts.
#[derive(Clone, Copy, Debug)]
pub enum Attempt<'a> {
    /// A login: counted for the client, and for the client with that name; and for the client as one that fails, until
    /// [`forgive`](AbuseGuard::forgive) takes that back.
    Login(&'a UserName),
    /// A registration: counted for the client.
    Register,
    /// A link followed: counted for the client.
    FollowLink,
    /// A recovery requested, which may mail: counted for the client as a registration is, and for the address, known or
    /// not, whoever asks. Its owner has the links that were mailed meanwhile.
    Recover(&'a EmailAddress),
    /// A password or an address changed, which hashes or mails: counted for the client as a registration is, and
    /// for the user, who has logged in.
    ChangeCredential(UserId),
}

/// The guard asks to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts")]
pub struct Blocked {
    /// How long.
    pub retry_after: Duration,
}

impl Coded for Blocked {
    fn code(&self) -> ErrorCode {
        ErrorCode::TooManyAttempts {
            retry_after: self.retry_after,
        }
    }
}

/// Slows those down who try too much.
///
/// Attempts are counted by where they come from, so nobody can lock somebody else out; only what mails is also counted
/// by where it goes.
pub trait AbuseGuard: Send + Sync {
    /// Counts an attempt; `ip` is the client's, and matters where the attempt is counted for the client.
    ///
    /// # Errors
    /// [`Blocked`] where there were too many; the attempt is not to be made.
    fn admit(&self, ip: Option<IpAddr>, attempt: Attempt<'_>) -> Result<(), Blocked>;

    /// Takes back that an attempt which was admitted counts as one that fails: it was no guess, or nothing was compared with
    /// it. To be called once at the most for an attempt. Those under way count as such that fail, so that guesses made at once
    /// are not more than guesses made one by one.
    fn forgive(&self, ip: Option<IpAddr>, attempt: Attempt<'_>);
}
