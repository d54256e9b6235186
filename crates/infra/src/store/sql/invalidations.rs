//! The invalidations that tell other nodes which cached sessions to drop.

use std::collections::BTreeMap;

use azuma_domain::mutants::Mutant;
use azuma_domain::ports::{
    Cause, HistoryPosition, Invalidation, InvalidationMark, InvalidationNumber, InvalidationReader,
    InvalidationRepository, StoreError,
};
use azuma_domain::session::SessionId;
use azuma_domain::user::UserId;
use diesel::dsl::min;
use diesel::prelude::*;
use uuid::Uuid;

use super::corrupt;
use super::repositories::Repositories;
use super::schema::{invalidation_counter, invalidations};
use super::types::StoredId;

/// A row, its columns in the order of the table.
type Row = (i64, StoredId, StoredId, Option<String>, Option<StoredId>);

impl Repositories<'_> {
    /// Adds an invalidation for each user whose users or sessions rows changed. Called last before the commit,
    /// because the counter's row stays locked until the commit, and other transactions that add invalidations wait
    /// for the lock.
    pub(super) fn add_invalidations(
        &mut self,
        users: BTreeMap<UserId, Cause>,
    ) -> Result<(), StoreError> {
        let Ok(count) = i64::try_from(users.len()) else {
            return Err(corrupt("invalidations"));
        };
        if count == 0 {
            return Ok(());
        }
        let count = count + i64::from(Mutant::InvalidationsSkipNumbers.is_on());
        self.query(|connection| {
            let last: i64 = diesel::update(invalidation_counter::table)
                .set(invalidation_counter::number.eq(invalidation_counter::number + count))
                .returning(invalidation_counter::number)
                .get_result(connection)?;
            for (number, (user_id, cause)) in (last - count + 1..).zip(users) {
                let session_id = cause.session_id();
                diesel::insert_into(invalidations::table)
                    .values((
                        invalidations::number.eq(number),
                        invalidations::user_id.eq(StoredId(user_id.uuid())),
                        invalidations::kind.eq(kind_of(cause)),
                        invalidations::session_id.eq(session_id.map(|id| StoredId(id.uuid()))),
                    ))
                    .execute(connection)?;
            }
            Ok(())
        })
    }
}

impl InvalidationReader for Repositories<'_> {
    fn last(&mut self) -> Result<HistoryPosition, StoreError> {
        let (number, mark): (i64, Option<StoredId>) = self.query(|connection| {
            invalidation_counter::table
                .left_join(
                    invalidations::table.on(invalidations::number.eq(invalidation_counter::number)),
                )
                .select((invalidation_counter::number, invalidations::mark.nullable()))
                .first(connection)
        })?;
        Ok(HistoryPosition {
            number: from_column(number)?,
            mark: mark.map(|mark| InvalidationMark::new(mark.0)),
        })
    }

    fn from(
        &mut self,
        number: InvalidationNumber,
        limit: u32,
    ) -> Result<Vec<Invalidation>, StoreError> {
        let number = to_column(number);
        let rows: Vec<Row> = self.query(|connection| {
            invalidations::table
                .filter(invalidations::number.ge(number))
                .order(invalidations::number)
                .limit(i64::from(limit))
                .load(connection)
        })?;
        rows.into_iter()
            .map(|(number, user_id, mark, kind, session_id)| {
                let session_id = session_id.map(|id| SessionId::new(id.0));
                Ok(Invalidation {
                    number: from_column(number)?,
                    mark: InvalidationMark::new(mark.0),
                    user_id: UserId::new(user_id.0),
                    cause: Cause::named(kind.as_deref().unwrap_or_default(), session_id),
                })
            })
            .collect()
    }
}

impl InvalidationRepository for Repositories<'_> {
    /// The commit writes it.
    fn add_probe(&mut self, user_id: UserId) -> Result<(), StoreError> {
        self.invalidate(user_id, Cause::Probe);
        Ok(())
    }

    /// Leaves out a number. A node that reads on finds the gap, or another mark, or no row where it has seen one.
    fn begin_another_history(&mut self) -> Result<(), StoreError> {
        self.query(|connection| {
            let number: i64 = diesel::update(invalidation_counter::table)
                .set(invalidation_counter::number.eq(invalidation_counter::number + 2))
                .returning(invalidation_counter::number)
                .get_result(connection)?;
            diesel::insert_into(invalidations::table)
                .values((
                    invalidations::number.eq(number),
                    invalidations::user_id.eq(StoredId(Uuid::nil())),
                ))
                .execute(connection)?;
            Ok(())
        })
    }

    fn prune(&mut self, keep: u32, limit: u32) -> Result<usize, StoreError> {
        let kept = to_column(self.last()?.number).saturating_sub(i64::from(keep));
        self.query(|connection| {
            let first: Option<i64> = invalidations::table
                .select(min(invalidations::number))
                .first(connection)?;
            // The numbers have no gaps but where another history begins.
            let of_limit = first.unwrap_or(0).saturating_add(i64::from(limit) - 1);
            let gone = invalidations::number.le(kept.min(of_limit));
            diesel::delete(invalidations::table.filter(gone)).execute(connection)
        })
    }
}

/// What the column `kind` holds; NULL, as in a row of an older release, where nothing is known.
fn kind_of(cause: Cause) -> Option<&'static str> {
    Some(cause)
        .filter(|cause| *cause != Cause::Unknown)
        .map(Cause::name)
}

fn from_column(number: i64) -> Result<InvalidationNumber, StoreError> {
    u64::try_from(number)
        .map(InvalidationNumber::new)
        .map_err(|_| corrupt("invalidations.number"))
}

/// A number that the column cannot hold comes after all stored numbers.
fn to_column(number: InvalidationNumber) -> i64 {
    i64::try_from(number.get()).unwrap_or(i64::MAX)
}
