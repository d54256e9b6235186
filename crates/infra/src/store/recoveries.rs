//! Requests to recover an account.

use azuma_domain::Timestamp;
use azuma_domain::mail::Language;
use azuma_domain::ports::{RecoveryRepository, StoreError};
use azuma_domain::recovery::{RecoveryId, RecoveryRequest};
use azuma_domain::user::EmailAddress;
use diesel::prelude::*;

use super::connection::load_locked;
use super::errors::corrupt;
use super::schema::recoveries;
use super::sql_types::{StoredId, StoredTime};
use super::transaction::DieselTransaction;

/// A request.
#[derive(Queryable, Insertable)]
#[diesel(table_name = recoveries, treat_none_as_default_value = false)]
struct RecoveryRow {
    id: StoredId,
    address: String,
    language: String,
    requested_at: StoredTime,
}

impl From<&RecoveryRequest> for RecoveryRow {
    fn from(request: &RecoveryRequest) -> Self {
        Self {
            id: StoredId(request.id.uuid()),
            address: request.email.as_str().to_owned(),
            language: request.language.tag().to_owned(),
            requested_at: StoredTime(request.requested_at),
        }
    }
}

impl TryFrom<RecoveryRow> for RecoveryRequest {
    type Error = StoreError;

    fn try_from(row: RecoveryRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: RecoveryId::new(row.id.0),
            email: EmailAddress::parse(&row.address).map_err(|_| corrupt("recoveries.address"))?,
            language: Language::tagged(&row.language)
                .ok_or_else(|| corrupt("recoveries.language"))?,
            requested_at: row.requested_at.0,
        })
    }
}

impl RecoveryRepository for DieselTransaction<'_> {
    fn insert(&mut self, request: &RecoveryRequest) -> Result<(), StoreError> {
        let row = RecoveryRow::from(request);
        self.query(|connection| {
            diesel::insert_into(recoveries::table)
                .values(row)
                .execute(connection)
        })?;
        Ok(())
    }

    fn take(&mut self, limit: u32) -> Result<Vec<RecoveryRequest>, StoreError> {
        let rows: Vec<RecoveryRow> = self.query(|connection| {
            let oldest: Vec<RecoveryRow> = load_locked!(
                connection,
                recoveries::table
                    .order((recoveries::requested_at, recoveries::id))
                    .limit(i64::from(limit.min(super::MAX_SWEEP))),
                for_update.skip_locked
            )?;
            let ids: Vec<StoredId> = oldest.iter().map(|row| row.id).collect();
            if !ids.is_empty() {
                diesel::delete(recoveries::table.filter(recoveries::id.eq_any(ids)))
                    .execute(connection)?;
            }
            Ok(oldest)
        })?;
        rows.into_iter().map(RecoveryRequest::try_from).collect()
    }

    fn put_oldest_back(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.query(|connection| {
            let oldest: Vec<StoredId> = load_locked!(
                connection,
                recoveries::table
                    .order((recoveries::requested_at, recoveries::id))
                    .select(recoveries::id)
                    .limit(1),
                for_update.skip_locked
            )?;
            diesel::update(recoveries::table.filter(recoveries::id.eq_any(oldest)))
                .set(recoveries::requested_at.eq(StoredTime(now)))
                .execute(connection)
        })?;
        Ok(())
    }
}
