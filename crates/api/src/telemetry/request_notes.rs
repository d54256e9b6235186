//! What is learned of a request while it is answered, for its line in the access log and its span.
//!
//! A request is answered on one thread at a time. While it is, its notes are the thread's, so whoever learns something
//! need not know which request it works for. Work outside a request is not noted.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use azuma_domain::Timestamp;
use azuma_domain::ports::{BoxFuture, Look, MaybeReady, SessionCheck, Store, StoreError, Work};
use azuma_domain::session::{Lifetimes, LiveSession};
use azuma_domain::token::TokenHash;
use azuma_domain::user::UserId;
use tokio::time::Instant;

use crate::traces::Place;

/// The notes of a request.
#[derive(Clone, Copy, Default)]
pub struct RequestNotes {
    /// The user who sent it, or who logged in by it.
    pub user_id: Option<UserId>,
    /// How long it waited for the database.
    pub database: Duration,
    /// Where its span is; `None` if none is sent.
    pub trace: Option<Place>,
}

const NOTHING: RequestNotes = RequestNotes {
    user_id: None,
    database: Duration::ZERO,
    trace: None,
};

thread_local! {
    static NOTES: Cell<RequestNotes> = const { Cell::new(NOTHING) };
}

impl RequestNotes {
    /// Adds what is noted while this works.
    pub fn collect<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let of_others = NOTES.replace(*self);
        let done = work();
        *self = NOTES.replace(of_others);
        done
    }

    /// Those of the request that this thread works for.
    pub fn current() -> Self {
        NOTES.get()
    }
}

/// Notes the user of the request that this thread works for.
pub fn note_user(user_id: UserId) {
    NOTES.set(RequestNotes {
        user_id: Some(user_id),
        ..NOTES.get()
    });
}

fn note_database_time(took: Duration) {
    let notes = NOTES.get();
    NOTES.set(RequestNotes {
        database: notes.database.saturating_add(took),
        ..notes
    });
}

/// Notes how long the store behind it takes.
pub struct NotingStore(pub Arc<dyn Store>);

impl Store for NotingStore {
    fn run(&self, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            let began = Instant::now();
            let outcome = self.0.run(work).await;
            note_database_time(began.elapsed());
            outcome
        })
    }
}

/// Notes whose session the check behind it finds.
pub struct NotingCheck(pub Arc<dyn SessionCheck>);

impl SessionCheck for NotingCheck {
    fn use_token(
        &self,
        hash: TokenHash,
        now: Timestamp,
        lifetimes: &Lifetimes,
    ) -> MaybeReady<Result<Option<LiveSession>, StoreError>> {
        self.0.use_token(hash, now, lifetimes).map(|found| {
            if let Ok(Some(session)) = &found {
                note_user(session.user.id);
            }
            found
        })
    }

    fn look_at(
        &self,
        hashes: Vec<TokenHash>,
        now: Timestamp,
        lifetimes: &Lifetimes,
        look: Look,
    ) -> BoxFuture<'static, Result<Vec<Option<LiveSession>>, StoreError>> {
        self.0.look_at(hashes, now, lifetimes, look)
    }

    fn invalidate(&self, user_id: UserId) {
        self.0.invalidate(user_id);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn user_id(number: u128) -> UserId {
        UserId::new(Uuid::from_u128(number))
    }

    #[test]
    fn notes_are_those_of_the_request_that_a_thread_works_for() {
        let (mut first, mut second) = (NOTHING, NOTHING);
        note_user(user_id(9));
        first.collect(|| note_user(user_id(1)));
        second.collect(|| note_database_time(Duration::from_millis(2)));
        first.collect(|| note_database_time(Duration::from_millis(3)));
        second.collect(|| note_database_time(Duration::from_millis(4)));
        assert_eq!(first.user_id, Some(user_id(1)));
        assert_eq!(first.database, Duration::from_millis(3));
        assert_eq!(second.user_id, None);
        assert_eq!(second.database, Duration::from_millis(6));
    }
}
