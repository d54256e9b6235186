//! Writing sessions and their tokens.

use azuma_domain::Timestamp;
use azuma_domain::ports::{Cause, SessionRepository, SessionUse, StoreError};
use azuma_domain::session::{Session, SessionId, SessionToken};
use azuma_domain::token::{Generation, TokenHash};
use azuma_domain::user::UserId;
use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use uuid::Uuid;

use super::revoke_least_used::RevokeLeastUsed;
use super::rows::{SessionRow, TokenRow};
use super::uses;
use crate::store::engine::connection::{DbConnection, load_locked};
use crate::store::sql::MAX_SWEEP;
use crate::store::sql::repositories::Repositories;
use crate::store::sql::schema::{session_tokens, sessions};
use crate::store::sql::types::{SqlUuid, StoredHash, StoredId, StoredTime};

const MICROS_A_DAY: i64 = 86_400_000_000;

/// The parameters first occur in the order of their numbers, so both databases number them alike.
const REVOKE_SURPLUS: &str = "DELETE FROM sessions WHERE id IN ( \
         SELECT id FROM sessions WHERE user_id = $1 AND id <> $2 ORDER BY id LIMIT $3 OFFSET $4 \
     )";

impl Repositories<'_> {
    /// Invalidates the owner of the session that was changed. Returns whether a session was changed.
    fn invalidate_owner(&mut self, owner: Option<StoredId>, id: SessionId) -> bool {
        if let Some(owner) = owner {
            self.invalidate(UserId::new(owner.0), Cause::SessionChanged(id));
        }
        owner.is_some()
    }

    /// Runs a statement that revokes sessions of the user, and invalidates the user if any was revoked.
    fn revoke_several(
        &mut self,
        user_id: UserId,
        statement: impl FnOnce(&mut DbConnection) -> QueryResult<usize>,
    ) -> Result<usize, StoreError> {
        let ended = self.query(statement)?;
        if ended > 0 {
            self.invalidate(user_id, Cause::SessionsEnded);
        }
        Ok(ended)
    }
}

/// The id of a session, or the nil id, which no session has.
fn id_or_none(id: Option<SessionId>) -> StoredId {
    StoredId(id.map_or(Uuid::nil(), SessionId::uuid))
}

impl SessionRepository for Repositories<'_> {
    fn insert(&mut self, session: &Session, first: &SessionToken) -> Result<(), StoreError> {
        let session = SessionRow::from(session);
        let first = TokenRow::from(first);
        self.query(|connection| {
            diesel::insert_into(sessions::table)
                .values(session)
                .execute(connection)?;
            diesel::insert_into(session_tokens::table)
                .values(first)
                .execute(connection)
        })?;
        Ok(())
    }

    fn record_uses(&mut self, uses: &[SessionUse]) -> Result<Vec<TokenHash>, StoreError> {
        self.query(|connection| uses::record(connection, uses))
    }

    fn insert_token(&mut self, token: &SessionToken) -> Result<bool, StoreError> {
        let session = sessions::table
            .find(StoredId(token.session_id.uuid()))
            .select(sessions::user_id);
        // No conflict target: concurrent calls insert the same hash, so either unique index may be violated first.
        let insert = diesel::insert_into(session_tokens::table)
            .values(TokenRow::from(token))
            .on_conflict_do_nothing();
        let owner = self.query(|connection| {
            // The session is locked first: a missing foreign key would abort the transaction on Postgres, and a
            // session that was only read might be revoked before the insert.
            let locked: Vec<StoredId> = load_locked!(connection, session, for_key_share)?;
            let Some(owner) = locked.first() else {
                return Ok(None);
            };
            let inserted = match connection {
                DbConnection::Postgres(connection) => insert.execute(connection)?,
                DbConnection::Sqlite(connection) => insert.execute(connection)?,
            };
            Ok((inserted == 1).then_some(*owner))
        })?;
        Ok(self.invalidate_owner(owner, token.session_id))
    }

    fn end_tokens(
        &mut self,
        id: SessionId,
        generations: &[Generation],
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let generations = generations.iter().map(|one| i64::from(one.number()));
        let ended = session_tokens::table
            .filter(session_tokens::session_id.eq(StoredId(id.uuid())))
            .filter(session_tokens::generation.eq_any(generations.collect::<Vec<_>>()));
        let owner = self.query(|connection| {
            // Locked first, in the order in which uses lock them: the UPDATE would pass over a row whose expiry a use that is not
            // committed yet moves behind `at`.
            let _locked: Vec<StoredHash> = load_locked!(
                connection,
                ended
                    .clone()
                    .order(session_tokens::generation)
                    .select(session_tokens::hash),
                for_no_key_update
            )?;
            let changed =
                diesel::update(ended.filter(session_tokens::expires_at.gt(StoredTime(at))))
                    .set(session_tokens::expires_at.eq(StoredTime(at)))
                    .execute(connection)?;
            if changed == 0 {
                return Ok(None);
            }
            sessions::table
                .find(StoredId(id.uuid()))
                .select(sessions::user_id)
                .first(connection)
                .optional()
        })?;
        Ok(self.invalidate_owner(owner, id))
    }

    fn promote(
        &mut self,
        id: SessionId,
        to: Generation,
        old_expire_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let to = i64::from(to.number());
        let owner = self.query(|connection| {
            let owner: Option<StoredId> = diesel::update(sessions::table.find(StoredId(id.uuid())))
                .filter(sessions::generation.lt(to))
                .set(sessions::generation.eq(to))
                .returning(sessions::user_id)
                .get_result(connection)
                .optional()?;
            if owner.is_none() {
                return Ok(None);
            }
            diesel::update(session_tokens::table)
                .filter(session_tokens::session_id.eq(StoredId(id.uuid())))
                .filter(session_tokens::generation.lt(to))
                .filter(session_tokens::expires_at.gt(StoredTime(old_expire_at)))
                .set(session_tokens::expires_at.eq(StoredTime(old_expire_at)))
                .execute(connection)?;
            Ok(owner)
        })?;
        Ok(self.invalidate_owner(owner, id))
    }

    fn revoke(&mut self, user_id: UserId, id: SessionId) -> Result<bool, StoreError> {
        let ended = self.query(|connection| {
            diesel::delete(sessions::table.find(StoredId(id.uuid())))
                .filter(sessions::user_id.eq(StoredId(user_id.uuid())))
                .execute(connection)
        })?;
        if ended == 1 {
            self.invalidate(user_id, Cause::SessionEnded(id));
        }
        Ok(ended == 1)
    }

    fn revoke_all(
        &mut self,
        user_id: UserId,
        except: Option<SessionId>,
    ) -> Result<usize, StoreError> {
        self.revoke_several(user_id, |connection| {
            diesel::delete(sessions::table)
                .filter(sessions::user_id.eq(StoredId(user_id.uuid())))
                .filter(sessions::id.ne(id_or_none(except)))
                .execute(connection)
        })
    }

    fn revoke_surplus(
        &mut self,
        user_id: UserId,
        except: Option<SessionId>,
        keep: u32,
        limit: u32,
    ) -> Result<usize, StoreError> {
        self.revoke_several(user_id, |connection| {
            let query = diesel::sql_query(REVOKE_SURPLUS)
                .bind::<SqlUuid, _>(StoredId(user_id.uuid()))
                .bind::<SqlUuid, _>(id_or_none(except))
                .bind::<BigInt, _>(i64::from(limit))
                .bind::<BigInt, _>(i64::from(keep));
            match connection {
                DbConnection::Postgres(connection) => query.execute(connection),
                DbConnection::Sqlite(connection) => query.execute(connection),
            }
        })
    }

    fn revoke_least_used(
        &mut self,
        user_id: UserId,
        keep: u32,
        now: Timestamp,
        limit: u32,
    ) -> Result<usize, StoreError> {
        let statement = RevokeLeastUsed {
            user_id: StoredId(user_id.uuid()),
            now: StoredTime(now),
            limit: i64::from(limit),
            keep: i64::from(keep),
        };
        self.revoke_several(user_id, |connection| statement.execute(connection))
    }

    fn revoke_issued_before(&mut self, before: Timestamp, limit: u32) -> Result<usize, StoreError> {
        let ended = self.query(|connection| {
            let ended: Vec<(StoredId, StoredId)> = load_locked!(
                connection,
                sessions::table
                    .filter(sessions::created_at.lt(StoredTime(before)))
                    .order((sessions::user_id, sessions::id))
                    .select((sessions::id, sessions::user_id))
                    .limit(i64::from(limit.min(MAX_SWEEP))),
                for_update
            )?;
            let ids: Vec<StoredId> = ended.iter().map(|(id, _)| *id).collect();
            diesel::delete(sessions::table.filter(sessions::id.eq_any(ids))).execute(connection)?;
            Ok(ended)
        })?;
        for (id, owner) in &ended {
            let ended = Cause::SessionEnded(SessionId::new(id.0));
            self.invalidate(UserId::new(owner.0), ended);
        }
        Ok(ended.len())
    }

    fn delete_expired(&mut self, now: Timestamp, limit: u32) -> Result<usize, StoreError> {
        self.query(|connection| {
            let expired = session_tokens::table
                .filter(session_tokens::expires_at.le(StoredTime(now)))
                .order(session_tokens::expires_at)
                .select((session_tokens::hash, session_tokens::session_id))
                .limit(i64::from(limit.min(MAX_SWEEP)));
            let expired: Vec<(StoredHash, StoredId)> = match connection {
                DbConnection::Postgres(connection) => expired.load(connection)?,
                // SQLite's index is on the day alone, so that not every use moves an index entry (migration 0003).
                DbConnection::Sqlite(connection) => expired
                    .filter(
                        sql::<Bool>("session_tokens.expires_at / 86400000000 <= ")
                            .bind::<BigInt, _>(now.micros() / MICROS_A_DAY),
                    )
                    .load(connection)?,
            };
            let (hashes, owners): (Vec<_>, Vec<_>) = expired.into_iter().unzip();
            // The sessions are locked first, so that no token is added between the last two statements. Sessions that
            // other transactions have locked are left for the next sweep.
            let owners: Vec<StoredId> = load_locked!(
                connection,
                sessions::table
                    .filter(sessions::id.eq_any(owners))
                    .order(sessions::id)
                    .select(sessions::id),
                for_update.skip_locked
            )?;
            let deleted = diesel::delete(session_tokens::table)
                .filter(session_tokens::hash.eq_any(hashes))
                .filter(session_tokens::session_id.eq_any(owners.clone()))
                .filter(session_tokens::expires_at.le(StoredTime(now)))
                .execute(connection)?;
            diesel::delete(sessions::table)
                .filter(sessions::id.eq_any(owners))
                .filter(not(exists(
                    session_tokens::table.filter(session_tokens::session_id.eq(sessions::id)),
                )))
                .execute(connection)?;
            Ok(deleted)
        })
    }
}
