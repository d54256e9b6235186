//! The use cases of an operator for sessions, with or without a running server.

use std::sync::Arc;
use std::time::Duration;

use super::revoke_every::revoke_every;
use crate::audit::{AuditAction, AuditEvent};
use crate::ports::{Abort, Clock, SessionPage, Store, StoreError, StoreExt};
use crate::services::account_key::{AccountKey, NoSingleAccount};
use crate::session::{Lifetimes, ListedSession, SessionId};

/// The most sessions listed at once. No user has more.
const PAGE: u32 = 1_000;

/// How far the clock of a node that issues sessions may be ahead of ours. Nodes agree within a second.
const AHEAD: Duration = Duration::from_secs(2);

/// The use cases of an operator for sessions.
pub struct SessionAdmin {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    lifetimes: Lifetimes,
}

/// Why an operator's request is refused.
#[derive(Debug, thiserror::Error)]
pub enum SessionAdminError {
    /// There is no such session.
    #[error("there is no such session")]
    SessionUnknown,
    /// It does not say whose sessions are meant, or there is no such account.
    #[error(transparent)]
    NoSingleAccount(#[from] NoSingleAccount),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How far a list of all sessions has been read. It is in the order of their ids, which says nothing about them.
#[derive(Clone, Copy, Debug, Default)]
pub struct SessionList(Place);

#[derive(Clone, Copy, Debug, Default)]
enum Place {
    #[default]
    Start,
    After(SessionId),
    End,
}

impl SessionAdmin {
    /// Manages the sessions in this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, lifetimes: Lifetimes) -> Self {
        Self {
            store,
            clock,
            lifetimes,
        }
    }

    /// The next sessions of the list, possibly none of those that were looked at; `None` at its end.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails; the list is where it was.
    pub async fn read_on(&self, list: &mut SessionList) -> Result<Option<SessionPage>, StoreError> {
        let after = match list.0 {
            Place::Start => None,
            Place::After(id) => Some(id),
            Place::End => return Ok(None),
        };
        let now = self.clock.now();
        let mut page = self
            .store
            .read(move |reader| reader.sessions().page(after, now, PAGE))
            .await?;
        list.0 = page.last.map_or(Place::End, Place::After);
        self.lifetimes.bound_listed(&mut page.live, now);
        Ok(Some(page))
    }

    /// The live sessions of an account, newest first.
    ///
    /// # Errors
    /// [`SessionAdminError`] says why not.
    pub async fn list_of(
        &self,
        account: AccountKey,
    ) -> Result<Vec<ListedSession>, SessionAdminError> {
        let now = self.clock.now();
        let read = self.store.read(move |reader| {
            Ok(match account.find(reader, now)? {
                Ok(id) => Ok(reader.sessions().list(id, now, PAGE)?),
                Err(none) => Err(none),
            })
        });
        let mut live = read.await??;
        self.lifetimes.bound_listed(&mut live, now);
        Ok(live)
    }

    /// Revokes one session.
    ///
    /// # Errors
    /// [`SessionAdminError`] says why not; nothing is changed then.
    pub async fn revoke(&self, id: SessionId) -> Result<(), SessionAdminError> {
        let now = self.clock.now();
        self.store
            .transact(move |tx| {
                let unknown = || Abort::Refused(SessionAdminError::SessionUnknown);
                let user_id = tx.sessions().owner(id)?.ok_or_else(unknown)?;
                match tx.sessions().revoke(user_id, id)? {
                    true => {
                        let action = AuditAction::RevokeSession;
                        let event = AuditEvent::by_operator(Some(user_id), action, now);
                        Ok(tx.audit().append(&event.of_session(id))?)
                    }
                    false => Err(unknown()),
                }
            })
            .await
    }

    /// Revokes, in batches, every session that was issued before this call, and returns their number. Sessions issued
    /// during the call stay, so the call ends however many users log in. The audit trail has the call before its first batch.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails. Some sessions may be revoked by then; another call revokes the others.
    pub async fn revoke_all(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        revoke_every(&self.store, now.plus(AHEAD), now).await
    }
}
