//! Making a session: shared by the use cases that log somebody in.

use super::Services;
use crate::Timestamp;
use crate::session::{Client, Session, SessionId, SessionTerms, SessionToken};
use crate::token::{Generation, Token};
use crate::user::{User, UserId};

/// A session just issued. It holds a token in clear and cannot be printed.
pub struct IssuedSession {
    /// Who is logged in.
    pub user: User,
    /// The session's first token.
    pub token: Token,
    /// When the token expires, not being used.
    pub expires_at: Timestamp,
}

/// A session to be written, with its first token in clear and as a row.
pub(super) struct SessionDraft {
    pub session: Session,
    pub row: SessionToken,
    pub token: Token,
}

impl Services {
    /// Makes a session for a user under a dialect's terms; writing it is the caller's.
    pub(super) fn draft_session(
        &self,
        user_id: UserId,
        terms: SessionTerms,
        client: Client,
        now: Timestamp,
    ) -> SessionDraft {
        let id = SessionId::new(self.ports.entropy.uuid());
        let token = self
            .settings
            .keys
            .session_token(id, Generation::FIRST, terms.shape);
        SessionDraft {
            row: SessionToken {
                session_id: id,
                generation: Generation::FIRST,
                hash: token.hash(),
                expires_at: now.plus(terms.first_life),
                last_used_at: None,
            },
            session: Session {
                id,
                user_id,
                policy: terms.policy,
                shape: terms.shape,
                generation: Generation::FIRST,
                created_at: now,
                client,
            },
            token,
        }
    }
}
