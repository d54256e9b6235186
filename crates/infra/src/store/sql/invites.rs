//! Invitations to register.

use azuma_domain::Timestamp;
use azuma_domain::invite::{Invite, InviteId, InviteUses, UsedInvite};
use azuma_domain::ports::{InviteReader, InviteRepository, StoreError};
use azuma_domain::token::TokenHash;
use diesel::prelude::*;

use super::repositories::Repositories;
use super::schema::{invites, users};
use super::types::{StoredHash, StoredId, StoredTime};
use super::{MAX_SWEEP, corrupt};
use crate::store::engine::connection::load_locked;

type Columns = (
    invites::id,
    invites::uses,
    invites::created_at,
    invites::expires_at,
);
const COLUMNS: Columns = (
    invites::id,
    invites::uses,
    invites::created_at,
    invites::expires_at,
);

/// A row of `invites`, without its hash.
#[derive(Queryable)]
struct InviteRow {
    id: StoredId,
    uses: i64,
    created_at: StoredTime,
    expires_at: StoredTime,
}

impl TryFrom<InviteRow> for Invite {
    type Error = StoreError;

    fn try_from(row: InviteRow) -> Result<Self, StoreError> {
        let uses = u32::try_from(row.uses).ok().and_then(InviteUses::new);
        Ok(Self {
            id: InviteId::new(row.id.0),
            uses: uses.ok_or_else(|| corrupt("invites.uses"))?,
            created_at: row.created_at.0,
            expires_at: row.expires_at.0,
        })
    }
}

impl Repositories<'_> {
    /// The invitation with its accounts that have not lapsed.
    fn with_accounts(&mut self, row: InviteRow, now: Timestamp) -> Result<UsedInvite, StoreError> {
        let invite = Invite::try_from(row)?;
        let accounts: i64 = self.query(|connection| {
            users::table
                .filter(users::invite_id.eq(StoredId(invite.id.uuid())))
                .filter(
                    users::pending_until
                        .is_null()
                        .or(users::pending_until.gt(StoredTime(now))),
                )
                .count()
                .get_result(connection)
        })?;
        let accounts = u64::try_from(accounts).map_err(|_| corrupt("the count of accounts"))?;
        Ok(UsedInvite { invite, accounts })
    }
}

impl InviteReader for Repositories<'_> {
    fn find(&mut self, hash: &TokenHash, now: Timestamp) -> Result<Option<UsedInvite>, StoreError> {
        let row: Option<InviteRow> = self.query(|connection| {
            invites::table
                .filter(invites::hash.eq(StoredHash(*hash)))
                .filter(invites::expires_at.gt(StoredTime(now)))
                .select(COLUMNS)
                .first(connection)
                .optional()
        })?;
        row.map(|row| self.with_accounts(row, now)).transpose()
    }

    fn list(&mut self, now: Timestamp, limit: u32) -> Result<Vec<UsedInvite>, StoreError> {
        let rows: Vec<InviteRow> = self.query(|connection| {
            invites::table
                .filter(invites::expires_at.gt(StoredTime(now)))
                .order((invites::created_at.desc(), invites::id))
                .limit(i64::from(limit))
                .select(COLUMNS)
                .load(connection)
        })?;
        rows.into_iter()
            .map(|row| self.with_accounts(row, now))
            .collect()
    }
}

impl InviteRepository for Repositories<'_> {
    fn insert(&mut self, invite: &Invite, hash: &TokenHash) -> Result<(), StoreError> {
        self.query(|connection| {
            diesel::insert_into(invites::table)
                .values((
                    invites::id.eq(StoredId(invite.id.uuid())),
                    invites::hash.eq(StoredHash(*hash)),
                    invites::uses.eq(i64::from(invite.uses.get())),
                    invites::created_at.eq(StoredTime(invite.created_at)),
                    invites::expires_at.eq(StoredTime(invite.expires_at)),
                ))
                .execute(connection)
        })?;
        Ok(())
    }

    fn lock(&mut self, hash: &TokenHash, now: Timestamp) -> Result<Option<UsedInvite>, StoreError> {
        let rows: Vec<InviteRow> = self.query(|connection| {
            load_locked!(
                connection,
                invites::table
                    .filter(invites::hash.eq(StoredHash(*hash)))
                    .filter(invites::expires_at.gt(StoredTime(now)))
                    .select(COLUMNS),
                for_update
            )
        })?;
        let row = rows.into_iter().next();
        row.map(|row| self.with_accounts(row, now)).transpose()
    }

    fn revoke(&mut self, id: InviteId) -> Result<bool, StoreError> {
        let revoked = self.query(|connection| {
            diesel::delete(invites::table.find(StoredId(id.uuid()))).execute(connection)
        })?;
        Ok(revoked == 1)
    }

    fn delete_expired(&mut self, now: Timestamp, limit: u32) -> Result<usize, StoreError> {
        self.query(|connection| {
            let expired: Vec<StoredId> = load_locked!(
                connection,
                invites::table
                    .filter(invites::expires_at.le(StoredTime(now)))
                    .order(invites::expires_at)
                    .select(invites::id)
                    .limit(i64::from(limit.min(MAX_SWEEP))),
                for_update.skip_locked
            )?;
            diesel::delete(invites::table.filter(invites::id.eq_any(expired))).execute(connection)
        })
    }
}
