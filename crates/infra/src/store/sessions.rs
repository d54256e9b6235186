//! Sessions and their tokens.

use azuma_domain::Timestamp;
use azuma_domain::ports::{SessionRepository, SessionUse, StoreError};
use azuma_domain::session::{
    ListedSession, LiveSession, Session, SessionId, SessionPolicy, SessionToken,
};
use azuma_domain::token::{Generation, TokenHash};
use azuma_domain::user::UserId;
use diesel::dsl::{exists, max, not, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use uuid::Uuid;

use super::connection::{DbConnection, load_locked};
use super::schema::{session_tokens, sessions, users};
use super::session_rows::{LIVE_COLUMNS, LiveRow, SessionRow, TokenRow, listed, stored_generation};
use super::session_uses;
use super::sql_types::{SqlTimestamp, SqlUuid, StoredHash, StoredId, StoredTime};
use super::transaction::DieselTransaction;
use super::user_rows::{USER_COLUMNS, UserRow};

const MICROS_A_DAY: i64 = 86_400_000_000;

/// Both databases number these parameters alike, as each comes first in their order.
const THIN_OUT: &str = "DELETE FROM sessions WHERE id IN ( \
         SELECT id FROM sessions WHERE user_id = $1 AND id <> $2 ORDER BY id LIMIT $3 OFFSET $4 \
     )";

/// Likewise. A session is live as long as any of its tokens.
const END_LEAST_USED: &str = "DELETE FROM sessions WHERE id IN ( \
         SELECT session.id FROM sessions AS session \
         INNER JOIN session_tokens AS token ON token.session_id = session.id \
         WHERE session.user_id = $1 \
         GROUP BY session.id \
         ORDER BY max(token.expires_at) > $2 DESC, \
             coalesce(max(token.last_used_at), session.created_at) DESC, session.id DESC \
         LIMIT $3 OFFSET $4 \
     )";

impl DieselTransaction<'_> {
    /// The newest generation of a session's tokens. A sliding session has but one.
    fn newest_generation(&mut self, found: &LiveSession) -> Result<Generation, StoreError> {
        match found.policy {
            SessionPolicy::Sliding => Ok(found.newest),
            SessionPolicy::Rotating => {
                let id = StoredId(found.session_id().uuid());
                let newest: Option<i64> = self.query(|connection| {
                    session_tokens::table
                        .filter(session_tokens::session_id.eq(id))
                        .select(max(session_tokens::generation))
                        .first(connection)
                })?;
                newest.map_or(Ok(found.newest), stored_generation)
            }
        }
    }

    /// Invalidates the owner of the session that was changed; answers whether there was one.
    fn invalidate_owner(&mut self, owner: Option<StoredId>) -> bool {
        if let Some(owner) = owner {
            self.invalidate(UserId::new(owner.0));
        }
        owner.is_some()
    }

    /// Runs a statement that ends sessions of the user, and invalidates the user where it ended any.
    fn end_several(
        &mut self,
        user_id: UserId,
        statement: impl FnOnce(&mut DbConnection) -> QueryResult<usize>,
    ) -> Result<usize, StoreError> {
        let ended = self.query(statement)?;
        if ended > 0 {
            self.invalidate(user_id);
        }
        Ok(ended)
    }
}

/// The id of a session, or one that no session has.
fn id_or_none(id: Option<SessionId>) -> StoredId {
    StoredId(id.map_or(Uuid::nil(), SessionId::uuid))
}

impl SessionRepository for DieselTransaction<'_> {
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

    fn find_by_token(
        &mut self,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<LiveSession>, StoreError> {
        let found: Option<(TokenRow, LiveRow, UserRow)> = self.query(|connection| {
            session_tokens::table
                .inner_join(sessions::table.inner_join(users::table))
                .filter(session_tokens::hash.eq(StoredHash(*hash)))
                .filter(session_tokens::expires_at.gt(StoredTime(now)))
                .select((session_tokens::all_columns, LIVE_COLUMNS, USER_COLUMNS))
                .first(connection)
                .optional()
        })?;
        let Some((token, session, user)) = found else {
            return Ok(None);
        };
        let mut found = session.with(SessionToken::try_from(token)?, user.into())?;
        found.newest = self.newest_generation(&found)?;
        Ok(Some(found))
    }

    fn record_uses(&mut self, uses: &[SessionUse]) -> Result<Vec<TokenHash>, StoreError> {
        self.query(|connection| session_uses::record(connection, uses))
    }

    fn is_live(&mut self, id: SessionId, now: Timestamp) -> Result<bool, StoreError> {
        let live: Option<StoredId> = self.query(|connection| {
            session_tokens::table
                .filter(session_tokens::session_id.eq(StoredId(id.uuid())))
                .filter(session_tokens::expires_at.gt(StoredTime(now)))
                .select(session_tokens::session_id)
                .first(connection)
                .optional()
        })?;
        Ok(live.is_some())
    }

    fn tokens(&mut self, id: SessionId) -> Result<Vec<SessionToken>, StoreError> {
        let rows: Vec<TokenRow> = self.query(|connection| {
            session_tokens::table
                .filter(session_tokens::session_id.eq(StoredId(id.uuid())))
                .order(session_tokens::generation)
                .load(connection)
        })?;
        rows.into_iter().map(SessionToken::try_from).collect()
    }

    fn insert_token(&mut self, token: &SessionToken) -> Result<bool, StoreError> {
        let session = sessions::table
            .find(StoredId(token.session_id.uuid()))
            .select(sessions::user_id);
        // No conflict target: racing calls bring the same hash, so either index may be the first to object.
        let insert = diesel::insert_into(session_tokens::table)
            .values(TokenRow::from(token))
            .on_conflict_do_nothing();
        let owner = self.query(|connection| {
            // A missing foreign key would end a transaction of Postgres, and a session found might end before the
            // insert; so it is locked.
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
        Ok(self.invalidate_owner(owner))
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
        Ok(self.invalidate_owner(owner))
    }

    fn list(
        &mut self,
        user_id: UserId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<ListedSession>, StoreError> {
        self.query(|connection| {
            let live = session_tokens::table
                .filter(session_tokens::session_id.eq(sessions::id))
                .filter(session_tokens::expires_at.gt(StoredTime(now)));
            let rows: Vec<SessionRow> = sessions::table
                .filter(sessions::user_id.eq(StoredId(user_id.uuid())))
                .filter(exists(live))
                .order((sessions::created_at.desc(), sessions::id.desc()))
                .limit(i64::from(limit.min(super::MAX_SWEEP)))
                .load(connection)?;
            let ids: Vec<StoredId> = rows.iter().map(SessionRow::id).collect();
            // Expired tokens too: one of them may be the last that was used.
            let tokens: Vec<TokenRow> = session_tokens::table
                .filter(session_tokens::session_id.eq_any(ids))
                .order(session_tokens::generation)
                .load(connection)?;
            Ok((rows, tokens))
        })
        .and_then(|(rows, tokens)| listed(rows, tokens, now))
    }

    fn end(&mut self, user_id: UserId, id: SessionId) -> Result<bool, StoreError> {
        let ended = self.query(|connection| {
            diesel::delete(sessions::table.find(StoredId(id.uuid())))
                .filter(sessions::user_id.eq(StoredId(user_id.uuid())))
                .execute(connection)
        })?;
        if ended == 1 {
            self.invalidate(user_id);
        }
        Ok(ended == 1)
    }

    fn end_all(&mut self, user_id: UserId, except: Option<SessionId>) -> Result<usize, StoreError> {
        self.end_several(user_id, |connection| {
            diesel::delete(sessions::table)
                .filter(sessions::user_id.eq(StoredId(user_id.uuid())))
                .filter(sessions::id.ne(id_or_none(except)))
                .execute(connection)
        })
    }

    fn thin_out(
        &mut self,
        user_id: UserId,
        except: Option<SessionId>,
        keep: u32,
        limit: u32,
    ) -> Result<usize, StoreError> {
        self.end_several(user_id, |connection| {
            let query = diesel::sql_query(THIN_OUT)
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

    fn end_least_used(
        &mut self,
        user_id: UserId,
        keep: u32,
        now: Timestamp,
        limit: u32,
    ) -> Result<usize, StoreError> {
        self.end_several(user_id, |connection| {
            let query = diesel::sql_query(END_LEAST_USED)
                .bind::<SqlUuid, _>(StoredId(user_id.uuid()))
                .bind::<SqlTimestamp, _>(StoredTime(now))
                .bind::<BigInt, _>(i64::from(limit))
                .bind::<BigInt, _>(i64::from(keep));
            match connection {
                DbConnection::Postgres(connection) => query.execute(connection),
                DbConnection::Sqlite(connection) => query.execute(connection),
            }
        })
    }

    fn end_anybodys(&mut self, before: Timestamp, limit: u32) -> Result<usize, StoreError> {
        let ended = self.query(|connection| {
            let ended: Vec<(StoredId, StoredId)> = load_locked!(
                connection,
                sessions::table
                    .filter(sessions::created_at.lt(StoredTime(before)))
                    .order((sessions::user_id, sessions::id))
                    .select((sessions::id, sessions::user_id))
                    .limit(i64::from(limit.min(super::MAX_SWEEP))),
                for_update
            )?;
            let ids: Vec<StoredId> = ended.iter().map(|(id, _)| *id).collect();
            diesel::delete(sessions::table.filter(sessions::id.eq_any(ids))).execute(connection)?;
            Ok(ended)
        })?;
        for (_, owner) in &ended {
            self.invalidate(UserId::new(owner.0));
        }
        Ok(ended.len())
    }

    fn delete_expired(&mut self, now: Timestamp, limit: u32) -> Result<usize, StoreError> {
        self.query(|connection| {
            let expired = session_tokens::table
                .filter(session_tokens::expires_at.le(StoredTime(now)))
                .order(session_tokens::expires_at)
                .select((session_tokens::hash, session_tokens::session_id))
                .limit(i64::from(limit.min(super::MAX_SWEEP)));
            let expired: Vec<(StoredHash, StoredId)> = match connection {
                DbConnection::Postgres(connection) => expired.load(connection)?,
                // Its index knows the day alone, lest every use move an entry (migration 0003).
                DbConnection::Sqlite(connection) => expired
                    .filter(
                        sql::<Bool>("session_tokens.expires_at / 86400000000 <= ")
                            .bind::<BigInt, _>(now.micros() / MICROS_A_DAY),
                    )
                    .load(connection)?,
            };
            let (hashes, owners): (Vec<_>, Vec<_>) = expired.into_iter().unzip();
            // The sessions are locked first, or a token might be added to one between the last two statements.
            // Those that others work on are left for the next sweep.
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
