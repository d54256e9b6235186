//! Services and their tokens.

use azuma_domain::Timestamp;
use azuma_domain::ports::{ServiceReader, ServiceRepository, StoreError};
use azuma_domain::service::{ListedService, Service, ServiceId, ServiceName};
use azuma_domain::token::TokenHash;
use diesel::prelude::*;

use super::corrupt;
use super::repositories::Repositories;
use super::schema::{service_tokens, services};
use super::types::{StoredHash, StoredId, StoredTime};
use crate::store::engine::connection::{DbConnection, load_locked};

/// A row of `services`.
#[derive(Queryable)]
struct ServiceRow {
    id: StoredId,
    name: String,
    created_at: StoredTime,
}

impl TryFrom<ServiceRow> for Service {
    type Error = StoreError;

    fn try_from(row: ServiceRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: ServiceId::new(row.id.0),
            name: ServiceName::parse(&row.name).map_err(|_| corrupt("services.name"))?,
            created_at: row.created_at.0,
        })
    }
}

impl Repositories<'_> {
    fn add_service_token(
        &mut self,
        id: StoredId,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.query(|connection| {
            diesel::insert_into(service_tokens::table)
                .values((
                    service_tokens::hash.eq(StoredHash(*hash)),
                    service_tokens::service_id.eq(id),
                    service_tokens::created_at.eq(StoredTime(now)),
                ))
                .execute(connection)
        })?;
        Ok(())
    }

    /// The service with what a list tells of its tokens.
    fn listed(&mut self, row: ServiceRow, now: Timestamp) -> Result<ListedService, StoreError> {
        let id = row.id;
        let tokens: Vec<(StoredTime, Option<StoredTime>)> = self.query(|connection| {
            service_tokens::table
                .filter(service_tokens::service_id.eq(id))
                .select((service_tokens::created_at, service_tokens::expires_at))
                .load(connection)
        })?;
        let service = Service::try_from(row)?;
        let made_at = tokens.iter().map(|(made_at, _)| made_at.0).max();
        let until = tokens.iter().filter_map(|(_, until)| until.map(|at| at.0));
        Ok(ListedService {
            token_made_at: made_at.unwrap_or(service.created_at),
            earlier_until: until.filter(|until| *until > now).max(),
            service,
        })
    }
}

impl ServiceReader for Repositories<'_> {
    fn find_by_token(
        &mut self,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<Service>, StoreError> {
        let row: Option<ServiceRow> = self.query(|connection| {
            service_tokens::table
                .inner_join(services::table)
                .filter(service_tokens::hash.eq(StoredHash(*hash)))
                .filter(
                    service_tokens::expires_at
                        .is_null()
                        .or(service_tokens::expires_at.gt(StoredTime(now))),
                )
                .select(services::all_columns)
                .first(connection)
                .optional()
        })?;
        row.map(Service::try_from).transpose()
    }

    fn list(&mut self, now: Timestamp, limit: u32) -> Result<Vec<ListedService>, StoreError> {
        let rows: Vec<ServiceRow> = self.query(|connection| {
            services::table
                .order(services::name)
                .limit(i64::from(limit))
                .load(connection)
        })?;
        rows.into_iter().map(|row| self.listed(row, now)).collect()
    }
}

impl ServiceRepository for Repositories<'_> {
    fn insert(&mut self, service: &Service, hash: &TokenHash) -> Result<bool, StoreError> {
        let id = StoredId(service.id.uuid());
        let insert = diesel::insert_into(services::table)
            .values((
                services::id.eq(id),
                services::name.eq(service.name.as_str()),
                services::created_at.eq(StoredTime(service.created_at)),
            ))
            .on_conflict_do_nothing();
        let inserted = self.query(|connection| match connection {
            DbConnection::Postgres(connection) => insert.execute(connection),
            DbConnection::Sqlite(connection) => insert.execute(connection),
        })?;
        if inserted == 1 {
            self.add_service_token(id, hash, service.created_at)?;
        }
        Ok(inserted == 1)
    }

    fn rotate(
        &mut self,
        name: &ServiceName,
        hash: &TokenHash,
        now: Timestamp,
        old_expire_at: Timestamp,
    ) -> Result<Option<ServiceId>, StoreError> {
        // Locked, so that it is not revoked before it has its token.
        let locked: Vec<StoredId> = self.query(|connection| {
            load_locked!(
                connection,
                services::table
                    .filter(services::name.eq(name.as_str()))
                    .select(services::id),
                for_update
            )
        })?;
        let Some(id) = locked.into_iter().next() else {
            return Ok(None);
        };
        let old_expire_at = StoredTime(old_expire_at);
        self.query(|connection| {
            let own = service_tokens::service_id.eq(id);
            diesel::update(service_tokens::table.filter(own))
                .filter(
                    service_tokens::expires_at
                        .is_null()
                        .or(service_tokens::expires_at.gt(old_expire_at)),
                )
                .set(service_tokens::expires_at.eq(old_expire_at))
                .execute(connection)?;
            diesel::delete(service_tokens::table.filter(own))
                .filter(service_tokens::expires_at.le(StoredTime(now)))
                .execute(connection)
        })?;
        self.add_service_token(id, hash, now)?;
        Ok(Some(ServiceId::new(id.0)))
    }

    fn revoke(&mut self, name: &ServiceName) -> Result<Option<ServiceId>, StoreError> {
        let id: Option<StoredId> = self.query(|connection| {
            diesel::delete(services::table.filter(services::name.eq(name.as_str())))
                .returning(services::id)
                .get_result(connection)
                .optional()
        })?;
        Ok(id.map(|id| ServiceId::new(id.0)))
    }
}
