//! [`SessionRepository`](azuma_domain::ports::SessionRepository).

mod delete_expired;
mod end_tokens;
mod find_by_token;
mod find_by_tokens;
mod insert;
mod insert_token;
mod is_live;
mod list;
mod page;
mod promote;
mod record_uses;
mod record_uses_late;
mod revoke;
mod revoke_all;
mod revoke_issued_before;
mod revoke_least_used;
mod revoke_surplus;
mod tokens;

use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::{SessionUse, Store};
use azuma_domain::session::{ListedSession, LiveSession, Session, SessionId, SessionToken};
use azuma_domain::token::{Generation, TokenHash};
use azuma_domain::user::UserId;
use azuma_testkit::sample;

use super::{look, write};

/// The token of this session and generation, if it is live at `now`.
async fn find(
    store: &Arc<dyn Store>,
    session: u32,
    generation: u32,
    now: Timestamp,
) -> Option<LiveSession> {
    find_hash(store, sample::token_hash(session, generation), now).await
}

/// The token with this hash, if it is live at `now`.
async fn find_hash(store: &Arc<dyn Store>, hash: TokenHash, now: Timestamp) -> Option<LiveSession> {
    look(store, move |tx| tx.sessions().find_by_token(&hash, now)).await
}

/// The expiry of the token of this session and generation, which must be live now.
async fn expiry(store: &Arc<dyn Store>, session: u32, generation: u32) -> Timestamp {
    let found = find(store, session, generation, sample::now()).await;
    found.expect("the token is live").token.expires_at
}

/// Whether the session has a token live at `now`.
async fn is_live(store: &Arc<dyn Store>, session: u32, now: Timestamp) -> bool {
    let id = sample::session_id(session);
    look(store, move |tx| tx.sessions().is_live(id, now)).await
}

/// All the session's tokens.
async fn tokens(store: &Arc<dyn Store>, session: u32) -> Vec<SessionToken> {
    let id = sample::session_id(session);
    look(store, move |tx| tx.sessions().tokens(id)).await
}

/// The user's sessions live at `now`.
async fn list(store: &Arc<dyn Store>, user_id: UserId, now: Timestamp) -> Vec<ListedSession> {
    look(store, move |tx| tx.sessions().list(user_id, now, 100)).await
}

/// The user's session with this id, live now.
async fn listed(store: &Arc<dyn Store>, user_id: UserId, id: SessionId) -> Session {
    let all = list(store, user_id, sample::now()).await;
    let mut sessions = all.into_iter().map(|listed| listed.session);
    sessions
        .find(|session| session.id == id)
        .expect("the session is live")
}

/// The numbers of the sessions, in order.
fn numbers(listed: &[ListedSession]) -> Vec<u32> {
    let number = |listed: &ListedSession| {
        let found = (0..100).find(|n| sample::session_id(*n) == listed.session.id);
        found.expect("a session of the test")
    };
    listed.iter().map(number).collect()
}

/// Writes uses.
async fn record(store: &Arc<dyn Store>, uses: Vec<SessionUse>) -> Vec<TokenHash> {
    write(store, move |tx| tx.sessions().record_uses(&uses)).await
}

/// A use of the token of this session and generation.
fn a_use(session: u32, generation: u32, used_at: Timestamp, extended_to: Timestamp) -> SessionUse {
    SessionUse {
        hash: sample::token_hash(session, generation),
        used_at,
        extended_to: Some(extended_to),
    }
}

/// A use of the token of this session and generation that extends nothing.
fn a_mere_use(session: u32, generation: u32, used_at: Timestamp) -> SessionUse {
    SessionUse {
        hash: sample::token_hash(session, generation),
        used_at,
        extended_to: None,
    }
}

/// Promotes the session.
async fn promote(store: &Arc<dyn Store>, session: u32, to: u32, old_expire_at: Timestamp) -> bool {
    let (id, to) = (sample::session_id(session), Generation::new(to));
    write(store, move |tx| {
        tx.sessions().promote(id, to, old_expire_at)
    })
    .await
}

/// Revokes a session of the user.
async fn end(store: &Arc<dyn Store>, user_id: UserId, session: u32) -> bool {
    let id = sample::session_id(session);
    write(store, move |tx| tx.sessions().revoke(user_id, id)).await
}
