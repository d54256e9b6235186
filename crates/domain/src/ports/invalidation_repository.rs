use uuid::Uuid;

use super::StoreError;
use crate::user::UserId;

/// The number of an invalidation. The first one is 1; 0 stands before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct InvalidationNumber(u64);

impl InvalidationNumber {
    /// The number with this value.
    #[must_use]
    pub fn new(number: u64) -> Self {
        Self(number)
    }

    /// The value.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }

    /// The number after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// A random mark that tells two invalidations with the same number apart. A backup that was restored, or a standby that
/// was promoted without the last commits, gives numbers a second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InvalidationMark(Uuid);

impl InvalidationMark {
    /// The mark with this UUID.
    #[must_use]
    pub fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

/// Tells nodes that what they cached of a user and its sessions is out of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalidation {
    /// Its place in the order of commits.
    pub number: InvalidationNumber,
    /// Its mark.
    pub mark: InvalidationMark,
    /// The user whose data or sessions changed.
    pub user_id: UserId,
}

/// The last invalidation that exists, or that a node knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryEnd {
    /// The number of the last invalidation.
    pub number: InvalidationNumber,
    /// Its mark; `None` if it is pruned, or there was no invalidation yet.
    pub mark: Option<InvalidationMark>,
}

/// Reads the invalidations of all nodes.
pub trait InvalidationReader {
    /// The last invalidation that was ever added.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn last(&mut self) -> Result<HistoryEnd, StoreError>;

    /// The invalidations from `number` on that are still kept, in order; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn from(
        &mut self,
        number: InvalidationNumber,
        limit: u32,
    ) -> Result<Vec<Invalidation>, StoreError>;
}

/// The invalidations of all nodes. Each node reads them.
///
/// No use case adds an invalidation. When a transaction commits that updates or deletes a user, revokes or promotes a
/// session or adds a token to one, the store MUST have added one invalidation for each user concerned; any other
/// transaction MUST add none but those of [`add`](Self::add). Numbers MUST follow the order of commits without gaps, so that a node that has seen a
/// number has seen all before it; only [`begin_another_history`](Self::begin_another_history) leaves one out. Each invalidation MUST have a random mark of its own, and keep it.
pub trait InvalidationRepository: InvalidationReader {
    /// Has the transaction add an invalidation for this user, of whom nothing needs to have changed, nor to exist. It is
    /// for measuring how soon nodes read it.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn add(&mut self, user_id: UserId) -> Result<(), StoreError>;

    /// Begins another history: after the commit, every node that has read any part of the history before MUST find that it
    /// cannot go on from there, and so empty its cache. It is for a database that was restored.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn begin_another_history(&mut self) -> Result<(), StoreError>;

    /// Deletes invalidations before the last `keep`, oldest first, at most `limit`; answers how many.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn prune(&mut self, keep: u32, limit: u32) -> Result<usize, StoreError>;
}
