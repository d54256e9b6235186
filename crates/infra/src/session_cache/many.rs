//! The check of many tokens at once.

use std::collections::HashMap;
use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::{Look, StoreError, StoreExt};
use azuma_domain::session::{Lifetimes, LiveSession};
use azuma_domain::token::TokenHash;

use super::Shared;
use super::answers::Answered;
use super::cached_session::CachedSession;

impl Shared {
    /// Answers each token from memory, or by one question to the store for all others. Uses that must be written first are one
    /// write.
    pub(super) async fn look_at(
        &self,
        hashes: Vec<TokenHash>,
        now: Timestamp,
        lifetimes: &Lifetimes,
        look: Look,
    ) -> Result<Vec<Option<LiveSession>>, StoreError> {
        let mut sessions = HashMap::with_capacity(hashes.len());
        for hash in &hashes {
            sessions
                .entry(*hash)
                .or_insert_with(|| self.cached(hash, now));
        }
        let in_memory = sessions.values().flatten().count();
        let others = sessions.iter().filter(|(_, session)| session.is_none());
        let others: Vec<TokenHash> = others.map(|(hash, _)| *hash).collect();
        let asked = others.len();
        let found = match self.look_up_several(others, now).await {
            Ok(found) => found,
            Err(error) => {
                self.answers.count(Answered::Failed, asked);
                return Err(error);
            }
        };
        self.answers.count(Answered::FromMemory, in_memory);
        self.answers.count(Answered::FromStore, found.len());
        let refused = asked.saturating_sub(found.len());
        self.answers.count(Answered::Refused, refused);
        for session in found {
            sessions.insert(session.hash(), Some(session));
        }
        if look == Look::Use {
            self.use_several(sessions.values().flatten(), now, lifetimes)
                .await?;
        }
        let answer = |hash| {
            let session = sessions.get(&hash)?.as_ref()?;
            match look {
                Look::Use => session.is_live(now).then(|| session.live_session()),
                Look::Peek => Some(session.peek()),
            }
        };
        Ok(hashes.into_iter().map(answer).collect())
    }

    async fn look_up_several(
        &self,
        hashes: Vec<TokenHash>,
        now: Timestamp,
    ) -> Result<Vec<Arc<CachedSession>>, StoreError> {
        if hashes.is_empty() {
            return Ok(Vec::new());
        }
        let epoch = self.sessions.epoch();
        let found = self
            .store
            .read(move |reader| reader.sessions().find_by_tokens(&hashes, now))
            .await?;
        let sessions = found.into_iter().map(|found| {
            let session = Arc::new(CachedSession::new(found));
            self.sessions.insert(epoch, &session);
            session
        });
        Ok(sessions.collect())
    }

    /// Records a use of each.
    async fn use_several(
        &self,
        sessions: impl Iterator<Item = &Arc<CachedSession>>,
        now: Timestamp,
        lifetimes: &Lifetimes,
    ) -> Result<(), StoreError> {
        let mut urgent = Vec::new();
        for session in sessions {
            session.record_use(now, lifetimes);
            match session.is_urgent(now) {
                true => urgent.push(Arc::clone(session)),
                false => self.uses.queue(session),
            }
        }
        self.uses.write_all_first(&urgent).await
    }
}
