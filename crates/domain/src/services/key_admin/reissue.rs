//! Giving every session a next token of the current key.

use std::time::Duration;

use super::{KeyAdmin, PAGE};
use crate::Timestamp;
use crate::audit::{AuditAction, AuditEvent};
use crate::ports::{StoreError, StoreExt, Transaction};
use crate::session::{Lifetimes, SessionToken, SessionWithTokens};
use crate::token::{Generation, KeyPlace, TokenKeys};

/// How often a session is looked at again whose next token another caller stored meanwhile.
const TRIES: u32 = 3;

impl KeyAdmin {
    /// Gives each live session whose newest token another key has derived a next token of the current key, and lets all its live tokens of
    /// other keys end after `within`, or at their own end if that is sooner. Answers how many sessions were changed. The next token ends
    /// when the newest one would have, so no session lives longer for it.
    ///
    /// It goes on where it was interrupted: a session that has its next token is not changed again, unless `within` is
    /// shorter now. The audit trail has the call before its first change.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails. Some sessions may be changed by then; another call changes the others.
    pub async fn reissue(&self, within: Duration) -> Result<u64, StoreError> {
        let now = self.clock.now();
        let end = now.plus(within);
        self.store
            .transact::<_, StoreError>(move |tx| {
                let event = AuditEvent::by_operator(None, AuditAction::ReissueTokens, now);
                Ok(tx.audit().append(&event)?)
            })
            .await?;
        let mut changed = 0;
        let mut after = None;
        loop {
            let read = self
                .store
                .read(move |reader| reader.sessions().page_with_tokens(after, PAGE));
            let page = read.await?;
            let terms = Terms {
                keys: self.keys.clone(),
                lifetimes: self.lifetimes,
                now,
                end,
            };
            let due = page.sessions.into_iter();
            let due: Vec<_> = due
                .filter(|found| terms.change_of(found).is_some())
                .collect();
            if !due.is_empty() {
                let batch = self.store.transact::<_, StoreError>(move |tx| {
                    let mut changed = 0;
                    for found in &due {
                        changed += u64::from(terms.apply(tx, found)?);
                    }
                    Ok(changed)
                });
                changed += batch.await?;
            }
            after = page.last;
            if after.is_none() {
                return Ok(changed);
            }
        }
    }
}

/// What is done to sessions.
struct Terms {
    keys: TokenKeys,
    lifetimes: Lifetimes,
    now: Timestamp,
    /// When tokens of other keys end at the latest.
    end: Timestamp,
}

/// What is done to a session.
struct Change {
    next: Option<SessionToken>,
    ended: Vec<Generation>,
}

impl Terms {
    /// What is to be done; `None` if nothing.
    fn change_of(&self, found: &SessionWithTokens) -> Option<Change> {
        let SessionWithTokens { session, tokens } = found;
        let newest = found.newest_live(self.now)?;
        if self.lifetimes.has_ended(session.created_at, self.now) {
            return None;
        }
        let is_of_another = |token: &SessionToken| {
            self.keys.key_of_session_token(token, session.shape) != Some(KeyPlace::CURRENT)
        };
        let former = || tokens.iter().filter(|token| is_of_another(token));
        let is_late = former().any(|token| token.expires_at > self.end);
        let next = is_of_another(newest).then(|| {
            let last = tokens.last().unwrap_or(newest);
            let generation = last.generation.next();
            let token = self
                .keys
                .session_token(session.id, generation, session.shape);
            SessionToken {
                session_id: session.id,
                generation,
                hash: token.hash(),
                expires_at: self.lifetimes.bound(session.created_at, newest.expires_at),
                last_used_at: None,
            }
        });
        (next.is_some() || is_late).then(|| Change {
            next,
            // All of them, as a use may extend one until there is a next token.
            ended: former().map(|token| token.generation).collect(),
        })
    }

    /// Changes the session, and answers whether it did. Where another caller has stored a token meanwhile, what is to be done is asked again.
    fn apply(
        &self,
        tx: &mut dyn Transaction,
        found: &SessionWithTokens,
    ) -> Result<bool, StoreError> {
        let mut found = found.clone();
        for _ in 0..TRIES {
            let Some(Change { next, ended }) = self.change_of(&found) else {
                return Ok(false);
            };
            let is_stored = match &next {
                Some(next) => tx.sessions().insert_token(next)?,
                None => true,
            };
            if is_stored {
                // No former token outlives the next one: a use meanwhile may have extended it.
                let end = next.map_or(self.end, |next| next.expires_at.min(self.end));
                let is_ended = tx.sessions().end_tokens(found.session.id, &ended, end)?;
                return Ok(next.is_some() || is_ended);
            }
            found.tokens = tx.sessions().tokens(found.session.id)?;
        }
        Ok(false)
    }
}
