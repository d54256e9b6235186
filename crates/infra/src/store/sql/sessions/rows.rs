//! Rows of sessions and their tokens.

use std::collections::HashMap;
use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::StoreError;
use azuma_domain::session::{
    Client, ListedSession, LiveSession, Session, SessionId, SessionOwner, SessionPolicy,
    SessionToken, SessionWithTokens, UserAgent,
};
use azuma_domain::token::{Generation, TokenShape};
use azuma_domain::user::UserId;
use diesel::prelude::*;

use crate::store::sql::corrupt;
use crate::store::sql::schema::{session_tokens, sessions};
use crate::store::sql::types::{StoredHash, StoredId, StoredTime};

const SLIDING: &str = "sliding";
const ROTATING: &str = "rotating";
const UUID: &str = "uuid";
const ALPHANUMERIC_64: &str = "alphanumeric64";

/// A row of `sessions`.
#[derive(Queryable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub(super) struct SessionRow {
    id: StoredId,
    user_id: StoredId,
    policy: String,
    shape: String,
    generation: i64,
    created_at: StoredTime,
    user_agent: Option<String>,
    ip: Option<String>,
}

impl SessionRow {
    /// The session's id alone.
    pub(super) fn id(&self) -> StoredId {
        self.id
    }
}

impl From<&Session> for SessionRow {
    fn from(session: &Session) -> Self {
        let policy = match session.policy {
            SessionPolicy::Sliding => SLIDING,
            SessionPolicy::Rotating => ROTATING,
        };
        let shape = match session.shape {
            TokenShape::Uuid => UUID,
            TokenShape::Alphanumeric64 => ALPHANUMERIC_64,
        };
        let user_agent = session.client.user_agent.as_ref();
        Self {
            id: StoredId(session.id.uuid()),
            user_id: StoredId(session.user_id.uuid()),
            policy: policy.to_owned(),
            shape: shape.to_owned(),
            generation: i64::from(session.generation.number()),
            created_at: StoredTime(session.created_at),
            user_agent: user_agent.map(|agent| agent.as_str().to_owned()),
            ip: session.client.ip.map(|ip| ip.to_string()),
        }
    }
}

impl TryFrom<SessionRow> for Session {
    type Error = StoreError;

    fn try_from(row: SessionRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: SessionId::new(row.id.0),
            user_id: UserId::new(row.user_id.0),
            policy: policy(&row.policy)?,
            shape: shape(&row.shape)?,
            generation: generation(row.generation, "sessions.generation")?,
            created_at: row.created_at.0,
            client: Client {
                // A session is listed even if its IP address cannot be read.
                ip: row.ip.and_then(|ip| ip.parse().ok()),
                user_agent: row.user_agent.as_deref().and_then(UserAgent::parse),
            },
        })
    }
}

pub(super) type LiveColumns = (
    sessions::policy,
    sessions::shape,
    sessions::generation,
    sessions::created_at,
);
pub(super) const LIVE_COLUMNS: LiveColumns = (
    sessions::policy,
    sessions::shape,
    sessions::generation,
    sessions::created_at,
);

/// The columns of a session that a session check needs.
#[derive(Queryable)]
pub(super) struct LiveRow {
    policy: String,
    shape: String,
    generation: i64,
    created_at: StoredTime,
}

impl LiveRow {
    /// The session with its token and user. The token is taken for the newest.
    pub(super) fn with(
        self,
        token: SessionToken,
        owner: SessionOwner,
    ) -> Result<LiveSession, StoreError> {
        Ok(LiveSession {
            policy: policy(&self.policy)?,
            shape: shape(&self.shape)?,
            issued_at: self.created_at.0,
            current: generation(self.generation, "sessions.generation")?,
            newest: token.generation,
            token,
            user: Arc::new(owner),
        })
    }
}

/// A row of `session_tokens`.
#[derive(Queryable, Insertable)]
#[diesel(table_name = session_tokens, treat_none_as_default_value = false)]
pub(super) struct TokenRow {
    hash: StoredHash,
    session_id: StoredId,
    generation: i64,
    expires_at: StoredTime,
    last_used_at: Option<StoredTime>,
}

impl From<&SessionToken> for TokenRow {
    fn from(token: &SessionToken) -> Self {
        Self {
            hash: StoredHash(token.hash),
            session_id: StoredId(token.session_id.uuid()),
            generation: i64::from(token.generation.number()),
            expires_at: StoredTime(token.expires_at),
            last_used_at: token.last_used_at.map(StoredTime),
        }
    }
}

impl TryFrom<TokenRow> for SessionToken {
    type Error = StoreError;

    fn try_from(row: TokenRow) -> Result<Self, StoreError> {
        Ok(Self {
            session_id: SessionId::new(row.session_id.0),
            generation: stored_generation(row.generation)?,
            hash: row.hash.0,
            expires_at: row.expires_at.0,
            last_used_at: row.last_used_at.map(|at| at.0),
        })
    }
}

fn policy(word: &str) -> Result<SessionPolicy, StoreError> {
    match word {
        SLIDING => Ok(SessionPolicy::Sliding),
        ROTATING => Ok(SessionPolicy::Rotating),
        _ => Err(corrupt("sessions.policy")),
    }
}

fn shape(word: &str) -> Result<TokenShape, StoreError> {
    match word {
        UUID => Ok(TokenShape::Uuid),
        ALPHANUMERIC_64 => Ok(TokenShape::Alphanumeric64),
        _ => Err(corrupt("sessions.shape")),
    }
}

fn generation(number: i64, column: &'static str) -> Result<Generation, StoreError> {
    u32::try_from(number)
        .map(Generation::new)
        .map_err(|_| corrupt(column))
}

/// Reads the generation of a token from its column.
pub(super) fn stored_generation(number: i64) -> Result<Generation, StoreError> {
    generation(number, "session_tokens.generation")
}

/// The sessions that are live at `now`, in the given order, each built from its tokens sorted by generation.
pub(super) fn listed(
    sessions: Vec<SessionRow>,
    tokens: Vec<TokenRow>,
    now: Timestamp,
) -> Result<Vec<ListedSession>, StoreError> {
    let entries = entries(sessions, tokens, now).into_iter();
    let live = entries.filter_map(|(_, entry)| entry.transpose());
    live.collect()
}

/// What `listed` answers of each session.
type Entry = Result<Option<ListedSession>, StoreError>;

/// The sessions in the given order; `None` for those that are not live at `now`.
pub(super) fn entries(
    sessions: Vec<SessionRow>,
    tokens: Vec<TokenRow>,
    now: Timestamp,
) -> Vec<(SessionId, Entry)> {
    let read = with_tokens(sessions, tokens).into_iter();
    read.map(|(id, read)| (id, read.map(|read| entry(read.session, &read.tokens, now))))
        .collect()
}

/// The sessions in the given order, each with its tokens sorted by generation.
pub(super) fn with_tokens(
    sessions: Vec<SessionRow>,
    tokens: Vec<TokenRow>,
) -> Vec<(SessionId, Result<SessionWithTokens, StoreError>)> {
    let mut tokens_of: HashMap<StoredId, Vec<TokenRow>> = HashMap::new();
    for row in tokens {
        tokens_of.entry(row.session_id).or_default().push(row);
    }
    let mut read = Vec::with_capacity(sessions.len());
    for row in sessions {
        let id = SessionId::new(row.id.0);
        let tokens = tokens_of.remove(&row.id).unwrap_or_default();
        read.push((id, session_with(row, tokens)));
    }
    read
}

fn session_with(row: SessionRow, tokens: Vec<TokenRow>) -> Result<SessionWithTokens, StoreError> {
    let tokens = tokens.into_iter().map(SessionToken::try_from);
    Ok(SessionWithTokens {
        tokens: tokens.collect::<Result<_, _>>()?,
        session: row.try_into()?,
    })
}

/// The session as listed; `None` where none of its tokens, sorted by generation, is live.
fn entry(session: Session, tokens: &[SessionToken], now: Timestamp) -> Option<ListedSession> {
    let live = || tokens.iter().filter(|token| token.is_live(now));
    // The current token or the first later one; an earlier one only if no other is live.
    let token = live()
        .find(|token| token.generation >= session.generation)
        .or_else(|| live().next_back())?;
    Some(ListedSession {
        token: *token,
        last_used_at: tokens.iter().filter_map(|token| token.last_used_at).max(),
        session,
    })
}
