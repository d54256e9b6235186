//! Sessions, and the policies they live under.

mod client;
mod network;
mod owner;
mod policy;

use std::sync::Arc;

pub use client::{Client, UserAgent};
pub use network::ClientNetwork;
pub use owner::{SessionOwner, UserUnreadable};
pub use policy::{Lifetimes, SessionPolicy, SessionTerms};

use crate::Timestamp;
use crate::id::id;
use crate::token::{Generation, TokenHash, TokenShape};
use crate::user::UserId;

id! {
    /// Names a session. Shown in lists; it authenticates nothing.
    SessionId
}

/// A user's being logged in somewhere. It lives as long as one of its tokens does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Names the session.
    pub id: SessionId,
    /// Who is logged in.
    pub user_id: UserId,
    /// How its tokens expire; stays as issued.
    pub policy: SessionPolicy,
    /// How its tokens are written; stays as issued.
    pub shape: TokenShape,
    /// The generation of its current token.
    pub generation: Generation,
    /// When it was issued.
    pub created_at: Timestamp,
    /// What it was issued to.
    pub client: Client,
}

/// One token of a session, as a store keeps it: by its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionToken {
    /// The session it belongs to.
    pub session_id: SessionId,
    /// Which of the session's tokens it is.
    pub generation: Generation,
    /// What it is found by.
    pub hash: TokenHash,
    /// The first moment it no longer counts.
    pub expires_at: Timestamp,
    /// When it was last used; `None` before the first use.
    pub last_used_at: Option<Timestamp>,
}

impl SessionToken {
    /// Whether the token counts at `now`.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// Records a use at `used_at` that extends it to `extended_to`. An expiry further away stays.
    pub fn record_use(&mut self, used_at: Timestamp, extended_to: Option<Timestamp>) {
        self.last_used_at = Some(used_at);
        self.expires_at = extended_to.map_or(self.expires_at, |to| to.max(self.expires_at));
    }
}

/// A token found live, with its user and as much of its session as a request needs. It is kept in memory for every
/// session in use: no text but the user's, and cloning it copies none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSession {
    /// The token that was presented.
    pub token: SessionToken,
    /// How the session's tokens expire.
    pub policy: SessionPolicy,
    /// How the session's tokens are written.
    pub shape: TokenShape,
    /// The generation of the session's current token.
    pub current: Generation,
    /// The newest generation of the session's tokens; later than the token's own where it has a successor.
    pub newest: Generation,
    /// Who is logged in.
    pub user: Arc<SessionOwner>,
}

impl LiveSession {
    /// Names the session.
    #[must_use]
    pub fn session_id(&self) -> SessionId {
        self.token.session_id
    }

    /// Whether the token that was presented follows the session's current one, which its first use makes it.
    #[must_use]
    pub fn is_with_next_token(&self) -> bool {
        self.token.generation > self.current
    }
}

/// A session with the token that stands for it in a list: the current one, or the next once that has expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedSession {
    /// The session.
    pub session: Session,
    /// Its token.
    pub token: SessionToken,
    /// When any of its tokens was last used.
    pub last_used_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::token::Token;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    #[test]
    fn a_use_moves_an_expiry_forwards_and_never_backwards() {
        let now = Timestamp::from_micros(1_616_942_380_063_095);
        let text = "01000000-0000-4000-8000-000000000001";
        let used = |extended_to| {
            let mut token = SessionToken {
                session_id: SessionId::new(uuid::Uuid::nil()),
                generation: Generation::FIRST,
                hash: Token::parse(text).expect("a token").hash(),
                expires_at: now.plus(20 * DAY),
                last_used_at: None,
            };
            token.record_use(now, extended_to);
            assert_eq!(token.last_used_at, Some(now));
            token.expires_at
        };
        assert_eq!(used(Some(now.plus(14 * DAY))), now.plus(20 * DAY));
        assert_eq!(used(Some(now.plus(21 * DAY))), now.plus(21 * DAY));
        assert_eq!(used(None), now.plus(20 * DAY));
    }
}
