//! Reading the audit trail, for the operator, with or without a running server.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::{AccountKey, Backlog, NoSingleAccount};
use crate::Timestamp;
use crate::audit::{EventPosition, StoredEvent};
use crate::ports::{Clock, Store, StoreError, StoreExt};
use crate::user::UserId;

/// The most events read at once.
const PAGE: u32 = 1_000;
/// How long after its time an event may be committed, or be dated ahead: nodes' clocks are a minute apart at most, and a unit of
/// work ends within seconds.
const LATEST: Duration = Duration::from_mins(2);

/// The use cases of an operator for the audit trail.
pub struct AuditAdmin {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

/// Why an operator's request is refused.
#[derive(Debug, thiserror::Error)]
pub enum AuditAdminError {
    /// No account is called so.
    #[error("there is no such account; `--id` takes the id of one that is deleted")]
    UserUnknown,
    /// It does not say which account is meant.
    #[error(transparent)]
    Unclear(NoSingleAccount),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How far a reader of the trail has come.
#[derive(Clone, Debug)]
pub struct TrailReader {
    /// Whose events are read; `None`: everybody's.
    user_id: Option<UserId>,
    since: EventPosition,
    position: EventPosition,
    /// When the reader last began or went back: what was committed behind it since is not read yet, and whoever takes the events
    /// may take them slowly.
    went_back: Option<Timestamp>,
    /// The last events read, so that none is read twice.
    seen: BTreeSet<EventPosition>,
}

impl TrailReader {
    /// A reader of the events since a moment, of a user or of everybody.
    #[must_use]
    pub fn new(user_id: Option<UserId>, since: EventPosition) -> Self {
        Self {
            user_id,
            since,
            position: since,
            went_back: None,
            seen: BTreeSet::new(),
        }
    }

    /// Goes back for events that were committed later than others of a later time.
    fn look_back(&mut self, now: Timestamp) {
        self.position = self.since.max(self.settled(now));
        self.went_back = Some(now);
    }

    /// The place before which no event is committed that the reader has not seen. An event that is dated far ahead does not move it.
    fn settled(&self, now: Timestamp) -> EventPosition {
        let newest = self.seen.last().copied().unwrap_or(self.since);
        let went_back = self.went_back.unwrap_or(now);
        EventPosition::before(newest.at.min(now).min(went_back).minus(LATEST))
    }

    /// The events of a page that are new.
    fn accept(&mut self, page: Vec<StoredEvent>, now: Timestamp) -> Vec<StoredEvent> {
        if let Some(last) = page.last().map(EventPosition::of) {
            self.position = last;
        }
        let new = page.into_iter();
        let new = new.filter(|event| self.seen.insert(EventPosition::of(event)));
        let new = new.collect();
        self.seen = self.seen.split_off(&self.settled(now));
        new
    }
}

impl AuditAdmin {
    /// Reads the trail in this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// The id of the account that is meant. One that is meant by its id may be deleted.
    ///
    /// # Errors
    /// [`AuditAdminError`] if no single account is meant.
    pub async fn find_user(&self, account: AccountKey) -> Result<UserId, AuditAdminError> {
        if let AccountKey::Id(id) = account {
            return Ok(id);
        }
        let now = self.clock.now();
        let found = self
            .store
            .read(move |reader| account.find(reader, now))
            .await?;
        found.map_err(|none| match none {
            NoSingleAccount::None => AuditAdminError::UserUnknown,
            NoSingleAccount::Several(_) => AuditAdminError::Unclear(none),
        })
    }

    /// The place before all events of the last `span`.
    #[must_use]
    pub fn since(&self, span: Duration) -> EventPosition {
        EventPosition::before(self.clock.now().minus(span))
    }

    /// The next events, in the order of time, at most 1,000, and whether there may be more.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails; the reader is where it was.
    pub async fn read_on(
        &self,
        reader: &mut TrailReader,
    ) -> Result<(Vec<StoredEvent>, Backlog), StoreError> {
        let now = self.clock.now();
        reader.went_back.get_or_insert(now);
        let (position, user_id) = (reader.position, reader.user_id);
        let page = self
            .store
            .read(move |reader| reader.audit().after(position, user_id, PAGE))
            .await?;
        let backlog = match page.len() < PAGE as usize {
            true => Backlog::Empty,
            false => Backlog::Left,
        };
        Ok((reader.accept(page, now), backlog))
    }

    /// The next events of a reader that has read all there were, in the order of time, except those that were committed late.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails; the reader loses nothing.
    pub async fn follow(
        &self,
        reader: &mut TrailReader,
    ) -> Result<(Vec<StoredEvent>, Backlog), StoreError> {
        reader.look_back(self.clock.now());
        self.read_on(reader).await
    }
}
