//! Finding the sessions of many tokens.

use std::sync::Arc;

use super::Sessions;
use super::authenticate::within;
use crate::Timestamp;
use crate::ports::{Look, StoreError, StoreExt};
use crate::session::LiveSession;
use crate::token::TokenHash;

impl Sessions {
    /// The sessions of at most 1,000 tokens that are live, in their order, as [`authenticate`](Self::authenticate) finds them. With
    /// [`Look::Peek`] no session is used: nothing changes.
    ///
    /// # Errors
    /// [`StoreError`] if the database is needed and fails.
    pub async fn look_at(
        self: &Arc<Self>,
        hashes: Vec<TokenHash>,
        look: Look,
    ) -> Result<Vec<Option<LiveSession>>, StoreError> {
        let now = self.clock.now();
        let lifetimes = &self.lifetimes;
        let check = &self.session_check;
        let found = check.look_at(hashes, now, lifetimes, look).await?;
        let live = found.into_iter().map(|found| within(lifetimes, found, now));
        let mut live: Vec<_> = live.collect();
        match look {
            Look::Use => self.promote_several(&mut live, now).await?,
            Look::Peek => {}
        }
        Ok(live)
    }

    /// Makes each next token that was just used the current one, as a request with it does, all in one unit of work.
    async fn promote_several(
        self: &Arc<Self>,
        live: &mut [Option<LiveSession>],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let next = live
            .iter()
            .flatten()
            .filter(|live| live.is_with_next_token());
        let mut next: Vec<_> = next
            .map(|live| (live.session_id(), live.token.generation))
            .collect();
        if next.is_empty() {
            return Ok(());
        }
        // In one order everywhere, so that two of these do not wait for each other.
        next.sort_unstable();
        next.dedup();
        let old_expire_at = now.plus(self.lifetimes.grace);
        self.store
            .transact::<_, StoreError>(move |tx| {
                for (id, generation) in &next {
                    tx.sessions().promote(*id, *generation, old_expire_at)?;
                }
                Ok(())
            })
            .await?;
        let was_next = |found: &&mut Option<LiveSession>| {
            found.as_ref().is_some_and(LiveSession::is_with_next_token)
        };
        let mut hashes = Vec::new();
        for used in live
            .iter()
            .flatten()
            .filter(|used| used.is_with_next_token())
        {
            self.session_check.invalidate(used.user.id);
            hashes.push(used.token.hash);
        }
        // As they are now: one may have been revoked meanwhile, or been promoted by another request.
        let check = &self.session_check;
        let again = check
            .look_at(hashes, now, &self.lifetimes, Look::Use)
            .await?;
        for (found, now_found) in live.iter_mut().filter(was_next).zip(again) {
            *found = within(&self.lifetimes, now_found, now);
        }
        Ok(())
    }
}
