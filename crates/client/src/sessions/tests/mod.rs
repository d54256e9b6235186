//! Memory and watches, on a history that the test writes and with a clock that the test sets.

mod history;
mod model;
mod rule;
mod running;
mod watched;

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use uuid::Uuid;

use super::index::Newness;
use super::memory::Memory;
use crate::ids::{SessionId, UserId};
use crate::secret::Token;
use crate::service::{Change, Changes, Kind, LiveSession, Position, SessionUser};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_hours(24);

/// Session `number` of user `user`.
fn session(user: u32, number: u32) -> Arc<LiveSession> {
    Arc::new(LiveSession {
        user: SessionUser {
            id: user_id(user),
            name: Some(format!("user{user}")),
        },
        id: session_id(number),
        expires_at: OffsetDateTime::UNIX_EPOCH,
    })
}

fn user_id(number: u32) -> UserId {
    UserId(Uuid::from_u128(u128::from(number)))
}

fn session_id(number: u32) -> SessionId {
    SessionId(Uuid::from_u128(u128::from(number)))
}

fn token(number: u32) -> Token {
    Token::new(format!("token{number}"))
}

fn at(number: u64) -> Position {
    format!("{number}-ff").parse().unwrap()
}

fn change(kind: Kind, user: u32, session: Option<u32>) -> Change {
    Change {
        kind,
        user: user_id(user),
        session: session.map(session_id),
    }
}

/// An answer that has read up to `number`.
fn changes(number: u64, changes: Vec<Change>) -> Changes {
    Changes {
        position: at(number),
        changes,
        start_over: false,
    }
}

/// A memory that has followed the history to number 1 by a poll that was sent at 100 s.
fn memory() -> Memory {
    let memory = Memory::with_room_for(100);
    follow(&memory, &changes(1, Vec::new()), 100 * SECOND);
    memory
}

/// A poll that was sent at `sent` is answered.
fn follow(memory: &Memory, answer: &Changes, sent: Duration) {
    memory.apply(answer);
    memory.extend(answer, sent);
}

/// The server says at `position` that session `number` is live for another day.
fn remember(memory: &Memory, user: u32, number: u32, position: u64) -> Newness {
    let now = 100 * SECOND;
    memory.remember(
        memory.history(),
        &at(position),
        &token(number),
        &session(user, number),
        now + DAY,
        now,
    )
}

fn says_yes(memory: &Memory, number: u32, now: Duration) -> bool {
    memory.get(&token(number), now).is_some()
}
