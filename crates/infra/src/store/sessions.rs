//! Sessions and their tokens.

use azuma_domain::Timestamp;
use azuma_domain::ports::{SessionRepository, SessionUse, StoreError};
use azuma_domain::session::{
    ListedSession, LiveSession, Session, SessionId, SessionPolicy, SessionToken,
};
use azuma_domain::token::{Generation, TokenHash};
use azuma_domain::user::UserId;
use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::connection::{DbConnection, load_locked};
use super::schema::{session_tokens, sessions, users};
use super::session_rows::{LIVE_COLUMNS, LiveRow, SessionRow, TokenRow, listed};
use super::session_uses;
use super::sql_types::{StoredHash, StoredId, StoredTime};
use super::transaction::DieselTransaction;
use super::user_rows::{USER_COLUMNS, UserRow};

const MICROS_A_DAY: i64 = 86_400_000_000;

impl DieselTransaction<'_> {
    /// The newest generation of a session's tokens. A sliding session has but one.
    fn newest_generation(&mut self, found: &LiveSession) -> Result<Generation, StoreError> {
        match found.policy {
            SessionPolicy::Sliding => Ok(found.newest),
            SessionPolicy::Rotating => {
                let tokens = SessionRepository::tokens(self, found.session_id())?;
                let newest = tokens.iter().map(|token| token.generation).max();
                Ok(newest.unwrap_or(found.newest))
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

    fn list(&mut self, user_id: UserId, now: Timestamp) -> Result<Vec<ListedSession>, StoreError> {
        // Expired tokens too: one of them may be the last that was used.
        let rows: Vec<(SessionRow, TokenRow)> = self.query(|connection| {
            sessions::table
                .inner_join(session_tokens::table)
                .filter(sessions::user_id.eq(StoredId(user_id.uuid())))
                .order((
                    sessions::created_at.desc(),
                    sessions::id.desc(),
                    session_tokens::generation.asc(),
                ))
                .select((sessions::all_columns, session_tokens::all_columns))
                .load(connection)
        })?;
        listed(rows, now)
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

    fn end_all(
        &mut self,
        user_id: UserId,
        except: Option<SessionId>,
    ) -> Result<Vec<SessionId>, StoreError> {
        let except = except.map(|id| StoredId(id.uuid()));
        let ended: Vec<StoredId> = self.query(|connection| {
            let mut all: Vec<StoredId> = load_locked!(
                connection,
                sessions::table
                    .filter(sessions::user_id.eq(StoredId(user_id.uuid())))
                    .order(sessions::id)
                    .select(sessions::id),
                for_update
            )?;
            all.retain(|id| Some(*id) != except);
            diesel::delete(sessions::table.filter(sessions::id.eq_any(all)))
                .returning(sessions::id)
                .get_results(connection)
        })?;
        if !ended.is_empty() {
            self.invalidate(user_id);
        }
        Ok(ended.into_iter().map(|id| SessionId::new(id.0)).collect())
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
