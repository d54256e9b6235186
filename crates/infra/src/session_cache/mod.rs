//! The session check that answers from memory.
//!
//! | module | holds |
//! |---|---|
//! | `cached_session` | a session in memory, and its uses that are not written yet |
//! | `index` | the cached sessions by token and by user |
//! | `validity` | the time until which memory may answer |
//! | `many` | the check of many tokens at once |
//! | `invalidation_feed` | polls for the invalidations of other nodes |
//! | `history` | the invalidations that were read, for those who follow them |
//! | `answers` | how many checks were answered how |
//! | `probe` | how long an ended session goes on in memory |
//! | `use_writer` | writes uses in the background |

mod answers;
mod cached_session;
mod history;
mod index;
mod invalidation_feed;
mod many;
mod probe;
#[cfg(test)]
mod tests;
mod use_writer;
mod validity;

use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::{
    BoxFuture, ChangeHistory, Clock, Look, MaybeReady, SessionCheck, Store, StoreError, StoreExt,
};
use azuma_domain::session::{Lifetimes, LiveSession};
use azuma_domain::token::TokenHash;
use azuma_domain::user::UserId;

pub use answers::CheckCounts;
use answers::{Answered, Answers};
use cached_session::CachedSession;
use history::History;
use index::CachedSessions;
use invalidation_feed::InvalidationFeed;
use use_writer::UseWriter;
use validity::CacheValidity;

/// A [`SessionCheck`] that caches sessions of the store, and writes uses in the background.
///
/// Memory can only answer that a token is live; the store answers that a token is unknown, expired or revoked.
/// Simultaneous lookups of one token take turns, so that the first fills the cache for the others. While
/// [`run`](Self::run) cannot read the invalidations of other nodes, each check asks the store. Clones share the cache.
#[derive(Clone)]
pub struct SessionCache {
    shared: Arc<Shared>,
}

struct Shared {
    store: Arc<dyn Store>,
    sessions: CachedSessions,
    validity: CacheValidity,
    feed: InvalidationFeed,
    history: Arc<History>,
    uses: UseWriter,
    answers: Answers,
}

impl SessionCache {
    /// A check that caches about `most` sessions (`sessions.cache_entries`) of `store`. `followed` is another store on
    /// the same database with two connections, so polls for invalidations do not wait for a connection that requests
    /// use.
    /// How long memory may answer is measured by [`Clock::running`].
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        followed: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        most: u32,
    ) -> Self {
        let shared = Shared {
            sessions: CachedSessions::with_room_for(most),
            history: Arc::new(History::new(Arc::clone(&clock))),
            validity: CacheValidity::new(clock),
            feed: InvalidationFeed::new(followed),
            uses: UseWriter::new(Arc::clone(&store)),
            answers: Answers::default(),
            store,
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The invalidations that [`run`](Self::run) has read.
    #[must_use]
    pub fn history(&self) -> Arc<dyn ChangeHistory> {
        Arc::clone(&self.shared.history) as _
    }

    /// How many checks were answered how.
    #[must_use]
    pub fn checks(&self) -> CheckCounts {
        self.shared.answers.read()
    }

    /// Polls once, so that followers are answered from the start on.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails; nothing is known then.
    pub async fn poll_first(&self) -> Result<(), StoreError> {
        self.shared.poll().await
    }

    /// Polls for the invalidations of other nodes, and writes uses. Never returns. If it does not run, memory answers
    /// nothing.
    pub async fn run(self) {
        tokio::join!(
            invalidation_feed::follow(&self.shared),
            self.shared.uses.run()
        );
    }

    /// Writes all uses that are not written yet, and retries until it succeeds. Call it at shutdown, when no more
    /// requests come.
    pub async fn write_all_uses(&self) {
        self.shared.uses.flush_all().await;
    }
}

impl SessionCheck for SessionCache {
    fn use_token(
        &self,
        hash: TokenHash,
        now: Timestamp,
        lifetimes: &Lifetimes,
    ) -> MaybeReady<Result<Option<LiveSession>, StoreError>> {
        if let Some(session) = self.shared.cached(&hash, now) {
            self.shared.answers.count(Answered::FromMemory, 1);
            return self.shared.use_session(session, now, lifetimes);
        }
        let (shared, lifetimes) = (Arc::clone(&self.shared), *lifetimes);
        MaybeReady::later(async move {
            let found = shared.look_up(hash, now).await;
            let answered = match &found {
                Ok(Some(_)) => Answered::FromStore,
                Ok(None) => Answered::Refused,
                Err(_) => Answered::Failed,
            };
            shared.answers.count(answered, 1);
            match found? {
                Some(session) => shared.use_session(session, now, &lifetimes).await,
                None => Ok(None),
            }
        })
    }

    fn look_at(
        &self,
        hashes: Vec<TokenHash>,
        now: Timestamp,
        lifetimes: &Lifetimes,
        look: Look,
    ) -> BoxFuture<'static, Result<Vec<Option<LiveSession>>, StoreError>> {
        let (shared, lifetimes) = (Arc::clone(&self.shared), *lifetimes);
        Box::pin(async move { shared.look_at(hashes, now, &lifetimes, look).await })
    }

    fn invalidate(&self, user_id: UserId) {
        self.shared.sessions.invalidate(user_id);
    }
}

impl Shared {
    /// The cached session, if memory may answer that it is live.
    fn cached(&self, hash: &TokenHash, now: Timestamp) -> Option<Arc<CachedSession>> {
        if !self.validity.holds() {
            return None;
        }
        self.sessions
            .get(hash)
            .filter(|session| session.is_live(now))
    }

    /// Asks the store, unless another lookup of the token has just cached the session.
    async fn look_up(
        &self,
        hash: TokenHash,
        now: Timestamp,
    ) -> Result<Option<Arc<CachedSession>>, StoreError> {
        let _turn = self.sessions.turn_to_look_up(&hash).await;
        if let Some(session) = self.cached(&hash, now) {
            return Ok(Some(session));
        }
        let epoch = self.sessions.epoch();
        let found = self
            .store
            .read(move |reader| reader.sessions().find_by_token(&hash, now))
            .await?;
        Ok(found.map(|found| {
            let session = Arc::new(CachedSession::new(found));
            self.sessions.insert(epoch, &session);
            session
        }))
    }

    /// Records a use, and returns the session after the use. `None` if the use had to be written first, and the store
    /// no longer has the token.
    fn use_session(
        self: &Arc<Self>,
        session: Arc<CachedSession>,
        now: Timestamp,
        lifetimes: &Lifetimes,
    ) -> MaybeReady<Result<Option<LiveSession>, StoreError>> {
        session.record_use(now, lifetimes);
        if !session.is_urgent(now) {
            self.uses.queue(&session);
            return MaybeReady::now(Ok(Some(session.live_session())));
        }
        let shared = Arc::clone(self);
        MaybeReady::later(async move {
            shared.uses.write_first(&session, now).await?;
            Ok(session.is_live(now).then(|| session.live_session()))
        })
    }
}
