//! The caller's own events of the audit trail.

use super::Accounts;
use crate::audit::{EventPosition, RecordedEvent};
use crate::ports::{StoreError, StoreExt};
use crate::session::LiveSession;

/// A page of events, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventPage {
    /// The events that can be read.
    pub events: Vec<RecordedEvent>,
    /// Where the next page begins; `None` if there is none.
    pub next: Option<EventPosition>,
}

impl Accounts {
    /// The events of the caller's account before a position, or the newest ones; at most `limit`. Those that a later release
    /// wrote are left out, so a page may be shorter although there is a next one.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn list_events(
        &self,
        caller: &LiveSession,
        before: Option<EventPosition>,
        limit: u32,
    ) -> Result<EventPage, StoreError> {
        let user_id = caller.user.id;
        let and_one_more = limit.saturating_add(1);
        let mut stored = self
            .store
            .read(move |reader| reader.audit().newest_of(user_id, before, and_one_more))
            .await?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let is_more = stored.len() > most;
        stored.truncate(most);
        let last = stored.last().map(EventPosition::of);
        Ok(EventPage {
            next: last.filter(|_| is_more),
            events: stored.into_iter().filter_map(Result::ok).collect(),
        })
    }
}
