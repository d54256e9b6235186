//! The session check without a cache.

use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::{
    BoxFuture, Look, MaybeReady, Reader, SessionCheck, SessionUse, Store, StoreError, StoreExt,
};
use azuma_domain::session::{Lifetimes, LiveSession};
use azuma_domain::token::TokenHash;
use azuma_domain::user::UserId;

/// Asks the store each time, and writes every use before it is answered.
pub struct Uncached(pub Arc<dyn Store>);

impl SessionCheck for Uncached {
    fn use_token(
        &self,
        hash: TokenHash,
        now: Timestamp,
        lifetimes: &Lifetimes,
    ) -> MaybeReady<Result<Option<LiveSession>, StoreError>> {
        let (store, lifetimes) = (Arc::clone(&self.0), *lifetimes);
        MaybeReady::later(async move {
            let used = store.transact(move |tx| {
                let Some(mut found) = tx.sessions().find_by_token(&hash, now)? else {
                    return Ok(None);
                };
                let extended_to = found.extension(&lifetimes, now);
                tx.sessions().record_uses(&[SessionUse {
                    hash,
                    used_at: now,
                    extended_to,
                }])?;
                found.token.record_use(now, extended_to);
                Ok(Some(found))
            });
            used.await
        })
    }

    fn look_at(
        &self,
        hashes: Vec<TokenHash>,
        now: Timestamp,
        lifetimes: &Lifetimes,
        look: Look,
    ) -> BoxFuture<'static, Result<Vec<Option<LiveSession>>, StoreError>> {
        let (store, lifetimes) = (Arc::clone(&self.0), *lifetimes);
        Box::pin(async move {
            let mut found = Vec::new();
            for hash in hashes {
                found.push(match look {
                    Look::Use => {
                        Self(Arc::clone(&store))
                            .use_token(hash, now, &lifetimes)
                            .await?
                    }
                    Look::Peek => {
                        let look = move |reader: &mut dyn Reader| {
                            reader.sessions().find_by_token(&hash, now)
                        };
                        store.read(look).await?
                    }
                });
            }
            Ok(found)
        })
    }

    fn invalidate(&self, _user_id: UserId) {}
}
