use uuid::Uuid;

use super::StoreError;
use crate::user::UserId;

/// The number of an invalidation; 0 stands before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct InvalidationNumber(u64);

impl InvalidationNumber {
    /// The number written so.
    #[must_use]
    pub fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Tells an invalidation from the one with its number in another history: in that of a backup that was restored, or of a
/// standby that was promoted without the last commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InvalidationMark(Uuid);

impl InvalidationMark {
    /// The mark that is this UUID.
    #[must_use]
    pub fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

/// Says that what is remembered of a user and its sessions no longer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalidation {
    /// Its place in the order of commits.
    pub number: InvalidationNumber,
    /// Its own, whatever else has the number elsewhere.
    pub mark: InvalidationMark,
    /// Whose user and sessions changed.
    pub user_id: UserId,
}

/// How far a history of invalidations goes, or is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryEnd {
    /// The number of the last invalidation.
    pub number: InvalidationNumber,
    /// Its mark; `None` where it is kept no longer, or there was none.
    pub mark: Option<InvalidationMark>,
}

/// Reads the invalidations of all nodes.
pub trait InvalidationReader {
    /// The last one there ever was.
    fn last(&mut self) -> Result<HistoryEnd, StoreError>;

    /// The first `limit` of that with `number` and those after it that are still kept, in order.
    fn from(
        &mut self,
        number: InvalidationNumber,
        limit: u32,
    ) -> Result<Vec<Invalidation>, StoreError>;
}

/// The invalidations of all nodes, for each node to read.
///
/// Nobody adds one by hand: a unit of work that updates or deletes a user, ends or promotes a session or adds
/// a token to one MUST, when it commits, have added one for each user concerned, and none otherwise. Numbers MUST be
/// given in the order of the commits and without gaps, so that whoever has seen one has seen all before it. Each MUST have
/// a mark of its own, made at random, and keep it.
pub trait InvalidationRepository: InvalidationReader {
    /// Deletes the first `limit` of those before the last `keep`; answers how many.
    fn prune(&mut self, keep: u32, limit: u32) -> Result<usize, StoreError>;
}
