//! Sessions, their policies and their tokens.

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
    /// Identifies a session in lists. It is not a credential.
    SessionId
}

/// A login of a user. A session lives as long as one of its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// The user that is logged in.
    pub user_id: UserId,
    /// How its tokens expire; never changes.
    pub policy: SessionPolicy,
    /// The format of its tokens; never changes.
    pub shape: TokenShape,
    /// The generation of its current token.
    pub generation: Generation,
    /// When the session was issued.
    pub created_at: Timestamp,
    /// The client that it was issued to.
    pub client: Client,
}

/// One token of a session, as a store keeps it: with its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionToken {
    /// The session it belongs to.
    pub session_id: SessionId,
    /// Its place among the session's tokens.
    pub generation: Generation,
    /// The hash by which it is found.
    pub hash: TokenHash,
    /// The first moment at which it is no longer live.
    pub expires_at: Timestamp,
    /// When it was last used; `None` before the first use.
    pub last_used_at: Option<Timestamp>,
}

impl SessionToken {
    /// Whether the token has not expired at `now`.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// Records a use at `used_at` that extends the token to `extended_to`. A later expiry stays.
    pub fn record_use(&mut self, used_at: Timestamp, extended_to: Option<Timestamp>) {
        self.last_used_at = Some(used_at);
        self.expires_at = extended_to.map_or(self.expires_at, |to| to.max(self.expires_at));
    }
}

/// A live token with its user and the part of its session that a request needs. Sessions in use are cached in this
/// form: it shares the user's text, so that cloning it copies no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSession {
    /// The token that was presented.
    pub token: SessionToken,
    /// How the session's tokens expire.
    pub policy: SessionPolicy,
    /// The format of the session's tokens.
    pub shape: TokenShape,
    /// When the session was issued.
    pub issued_at: Timestamp,
    /// The generation of the session's current token.
    pub current: Generation,
    /// The newest generation of the session's tokens; later than the generation of `token` if that has a successor.
    pub newest: Generation,
    /// The user that is logged in.
    pub user: Arc<SessionOwner>,
}

impl LiveSession {
    /// The id of the session.
    #[must_use]
    pub fn session_id(&self) -> SessionId {
        self.token.session_id
    }

    /// Whether the session has a later token than the presented one, which is what the client should use.
    #[must_use]
    pub fn has_successor(&self) -> bool {
        self.token.generation < self.newest
    }

    /// The expiry that a use at `now` extends the presented token to; `None` if uses do not extend it. They extend no token
    /// that has a successor.
    #[must_use]
    pub fn extension(&self, lifetimes: &Lifetimes, now: Timestamp) -> Option<Timestamp> {
        match self.has_successor() {
            true => None,
            false => lifetimes.extension(self.policy, self.issued_at, now),
        }
    }

    /// Whether the presented token is later than the session's current one. Its first use makes it the current one.
    #[must_use]
    pub fn is_with_next_token(&self) -> bool {
        self.token.generation > self.current
    }
}

/// A session with all its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionWithTokens {
    /// The session.
    pub session: Session,
    /// Its tokens, expired ones included, in the order of their generations.
    pub tokens: Vec<SessionToken>,
}

impl SessionWithTokens {
    /// The newest token that is live at `now`.
    #[must_use]
    pub fn newest_live(&self, now: Timestamp) -> Option<&SessionToken> {
        self.tokens.iter().rfind(|token| token.is_live(now))
    }
}

/// A session as a list shows it: with its current token, or the next one if the current one has expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedSession {
    /// The session.
    pub session: Session,
    /// The token.
    pub token: SessionToken,
    /// When any of its tokens was last used.
    pub last_used_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::token::Token;

    const DAY: Duration = Duration::from_hours(24);

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
