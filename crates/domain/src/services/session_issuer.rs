//! Making sessions, for the use cases that log somebody in.

use std::sync::Arc;

use crate::Timestamp;
use crate::ports::Entropy;
use crate::session::{Client, Session, SessionId, SessionTerms, SessionToken};
use crate::token::{Generation, Token, TokenKeys};
use crate::user::{User, UserId};

/// A session just issued. It holds a token in clear and cannot be printed.
pub struct IssuedSession {
    /// The user that is logged in.
    pub user: User,
    /// The session's first token.
    pub token: Token,
    /// When the token expires if it is not used.
    pub expires_at: Timestamp,
}

/// A session that is not written yet, and its first token, in clear and as a row.
pub(super) struct SessionDraft {
    pub session: Session,
    pub row: SessionToken,
    pub token: Token,
}

/// Makes sessions and their first tokens.
#[derive(Clone)]
pub struct SessionIssuer {
    keys: TokenKeys,
    entropy: Arc<dyn Entropy>,
}

impl SessionIssuer {
    /// An issuer that derives tokens with these keys and takes session ids from `entropy`.
    #[must_use]
    pub fn new(keys: TokenKeys, entropy: Arc<dyn Entropy>) -> Self {
        Self { keys, entropy }
    }

    /// Makes a session under a dialect's terms. The caller writes it.
    pub(super) fn draft(
        &self,
        user_id: UserId,
        terms: SessionTerms,
        client: Client,
        now: Timestamp,
    ) -> SessionDraft {
        let id = SessionId::new(self.entropy.uuid());
        let token = self.keys.session_token(id, Generation::FIRST, terms.shape);
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
