//! What is done to a database that was restored from a backup, before servers use it.

use std::sync::Arc;

use crate::Timestamp;
use crate::ports::{Clock, Store, StoreError, StoreExt};
use crate::services::sessions::revoke_every;

/// The most rows changed in one transaction, so that no transaction holds its locks for long.
const BATCH: u32 = 500;

/// Why a message is a dead letter that no server has given up.
const SET_ASIDE: &str = "it was waiting when the backup was made, and may have been sent since";

/// What becomes of the sessions that a backup holds. Those that ended after it are among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevivedSessions {
    /// All are revoked.
    End,
    /// All live on, also those that their users had ended.
    Keep,
}

/// What was done to a restored database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// How many sessions were revoked; `None` if they were kept.
    pub sessions_revoked: Option<usize>,
    /// How many messages that were waiting are dead letters now.
    pub mail_set_aside: usize,
}

/// The use case of an operator who has restored a database.
pub struct RestoreAdmin {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

impl RestoreAdmin {
    /// Works on the restored database in this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Keeps what was true when the backup was made from being taken for the present: messages that were waiting then become
    /// dead letters, and requests to recover an account that waited are dropped, so that no message is sent a second time
    /// unless the operator says so; sessions are revoked where that is
    /// asked for, whatever their times; and nodes that have read more than the backup holds empty their caches.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails. Some of it may be done by then; another call does the rest.
    pub async fn settle(&self, sessions: RevivedSessions) -> Result<Settled, StoreError> {
        let mail_set_aside = self.set_mail_aside().await?;
        self.discard_recoveries().await?;
        let sessions_revoked = match sessions {
            // No clock is asked: this machine's may be behind that of the machine whose sessions these are.
            RevivedSessions::End => {
                Some(revoke_every(&self.store, ever(), self.clock.now()).await?)
            }
            RevivedSessions::Keep => None,
        };
        self.store
            .transact::<_, StoreError>(|tx| Ok(tx.invalidations().begin_another_history()?))
            .await?;
        Ok(Settled {
            sessions_revoked,
            mail_set_aside,
        })
    }

    async fn set_mail_aside(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let mut count = 0;
        loop {
            let batch = self
                .store
                .transact::<_, StoreError>(move |tx| {
                    Ok(tx.outbox().set_aside(now, SET_ASIDE, BATCH)?)
                })
                .await?;
            count += batch;
            if batch == 0 {
                return Ok(count);
            }
        }
    }

    async fn discard_recoveries(&self) -> Result<(), StoreError> {
        loop {
            let discarded = self.store.transact::<_, StoreError>(move |tx| {
                for number in 0..BATCH {
                    match tx.recoveries().next_due(ever())? {
                        Some(request) => tx.recoveries().discard(request)?,
                        None => return Ok(number),
                    }
                }
                Ok(BATCH)
            });
            if discarded.await? < BATCH {
                return Ok(());
            }
        }
    }
}

/// Whatever happened, or is due, was before.
fn ever() -> Timestamp {
    Timestamp::from_micros(i64::MAX)
}
