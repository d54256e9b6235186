//! Requests to recover an account.

use azuma_domain::Timestamp;
use azuma_domain::mail::Language;
use azuma_domain::ports::{RecoveryRepository, StoreError};
use azuma_domain::recovery::{RecoveryId, RecoveryRequest};
use azuma_domain::user::EmailAddress;
use diesel::prelude::*;

use super::corrupt;
use super::repositories::Repositories;
use super::schema::recoveries;
use super::types::{StoredId, StoredTime};
use crate::store::engine::connection::load_locked;

/// A new row of `recoveries`.
#[derive(Insertable)]
#[diesel(table_name = recoveries, treat_none_as_default_value = false)]
struct NewRecoveryRow<'a> {
    id: StoredId,
    address: &'a str,
    language: &'a str,
    requested_at: StoredTime,
    due_at: StoredTime,
}

impl<'a> From<&'a RecoveryRequest> for NewRecoveryRow<'a> {
    fn from(request: &'a RecoveryRequest) -> Self {
        Self {
            id: StoredId(request.id.uuid()),
            address: request.email.as_str(),
            language: request.language.tag(),
            requested_at: StoredTime(request.requested_at),
            due_at: StoredTime(request.requested_at),
        }
    }
}

type RecoveryColumns = (
    recoveries::id,
    recoveries::address,
    recoveries::language,
    recoveries::requested_at,
);
const RECOVERY_COLUMNS: RecoveryColumns = (
    recoveries::id,
    recoveries::address,
    recoveries::language,
    recoveries::requested_at,
);

/// A row of `recoveries`.
#[derive(Queryable)]
struct RecoveryRow {
    id: StoredId,
    address: String,
    language: String,
    requested_at: StoredTime,
}

impl TryFrom<RecoveryRow> for RecoveryRequest {
    type Error = StoreError;

    fn try_from(row: RecoveryRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: RecoveryId::new(row.id.0),
            email: EmailAddress::parse(&row.address).map_err(|_| corrupt("recoveries.address"))?,
            // A later release may write in more languages. A mail in the default language is better than none.
            language: Language::tagged(&row.language).unwrap_or_default(),
            requested_at: row.requested_at.0,
        })
    }
}

impl RecoveryRepository for Repositories<'_> {
    fn insert(&mut self, request: &RecoveryRequest) -> Result<(), StoreError> {
        let row = NewRecoveryRow::from(request);
        self.query(|connection| {
            diesel::insert_into(recoveries::table)
                .values(row)
                .execute(connection)
        })?;
        Ok(())
    }

    fn next_due(&mut self, now: Timestamp) -> Result<Option<RecoveryId>, StoreError> {
        let due: Vec<StoredId> = self.query(|connection| {
            load_locked!(
                connection,
                recoveries::table
                    .filter(recoveries::due_at.le(StoredTime(now)))
                    .order((recoveries::due_at, recoveries::id))
                    .select(recoveries::id)
                    .limit(1),
                for_update.skip_locked
            )
        })?;
        Ok(due.first().map(|id| RecoveryId::new(id.0)))
    }

    fn take(&mut self, id: RecoveryId) -> Result<Option<RecoveryRequest>, StoreError> {
        let row: Option<RecoveryRow> = self.query(|connection| {
            diesel::delete(recoveries::table.find(StoredId(id.uuid())))
                .returning(RECOVERY_COLUMNS)
                .get_result(connection)
                .optional()
        })?;
        row.map(RecoveryRequest::try_from).transpose()
    }

    fn requested_at(&mut self, id: RecoveryId) -> Result<Option<Timestamp>, StoreError> {
        let requested_at: Option<StoredTime> = self.query(|connection| {
            recoveries::table
                .find(StoredId(id.uuid()))
                .select(recoveries::requested_at)
                .first(connection)
                .optional()
        })?;
        Ok(requested_at.map(|at| at.0))
    }

    fn reschedule(&mut self, id: RecoveryId, due_at: Timestamp) -> Result<(), StoreError> {
        self.query(|connection| {
            diesel::update(recoveries::table.find(StoredId(id.uuid())))
                .set(recoveries::due_at.eq(StoredTime(due_at)))
                .execute(connection)
        })?;
        Ok(())
    }

    fn discard(&mut self, id: RecoveryId) -> Result<(), StoreError> {
        self.query(|connection| {
            diesel::delete(recoveries::table.find(StoredId(id.uuid()))).execute(connection)
        })?;
        Ok(())
    }
}
