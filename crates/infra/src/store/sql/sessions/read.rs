//! Reading sessions and their tokens.

use std::collections::HashMap;

use azuma_domain::Timestamp;
use azuma_domain::ports::{SessionPage, SessionReader, StoreError};
use azuma_domain::session::{ListedSession, LiveSession, SessionId, SessionPolicy, SessionToken};
use azuma_domain::token::{Generation, TokenHash};
use azuma_domain::user::UserId;
use diesel::dsl::{exists, max};
use diesel::prelude::*;

use super::rows::{
    LIVE_COLUMNS, LiveRow, SessionRow, TokenRow, entries, listed, stored_generation,
};
use crate::store::sql::MAX_SWEEP;
use crate::store::sql::repositories::Repositories;
use crate::store::sql::schema::{session_tokens, sessions, users};
use crate::store::sql::types::{StoredHash, StoredId, StoredTime};
use crate::store::sql::users::{USER_COLUMNS, UserRow};

impl Repositories<'_> {
    /// The newest generation of a session's tokens. A sliding session has one generation.
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
}

impl Repositories<'_> {
    /// The newest generation of the tokens of each rotating session among these. One that cannot be read is left out.
    fn newest_generations(
        &mut self,
        found: &[LiveSession],
    ) -> Result<HashMap<StoredId, Generation>, StoreError> {
        let rotating = found
            .iter()
            .filter(|live| live.policy == SessionPolicy::Rotating);
        let ids: Vec<_> = rotating
            .map(|live| StoredId(live.session_id().uuid()))
            .collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let rows: Vec<(StoredId, Option<i64>)> = self.query(|connection| {
            session_tokens::table
                .filter(session_tokens::session_id.eq_any(ids))
                .group_by(session_tokens::session_id)
                .select((session_tokens::session_id, max(session_tokens::generation)))
                .load(connection)
        })?;
        let read = |(id, newest): (StoredId, Option<i64>)| {
            let newest = stored_generation(newest?).ok()?;
            Some((id, newest))
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }
}

impl SessionReader for Repositories<'_> {
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

    fn find_by_tokens(
        &mut self,
        hashes: &[TokenHash],
        now: Timestamp,
    ) -> Result<Vec<LiveSession>, StoreError> {
        let hashes: Vec<StoredHash> = hashes.iter().copied().map(StoredHash).collect();
        let rows: Vec<(TokenRow, LiveRow, UserRow)> = self.query(|connection| {
            session_tokens::table
                .inner_join(sessions::table.inner_join(users::table))
                .filter(session_tokens::hash.eq_any(hashes))
                .filter(session_tokens::expires_at.gt(StoredTime(now)))
                .select((session_tokens::all_columns, LIVE_COLUMNS, USER_COLUMNS))
                .load(connection)
        })?;
        let read = |(token, session, user): (TokenRow, LiveRow, UserRow)| {
            let token = SessionToken::try_from(token).ok()?;
            session.with(token, user.into()).ok()
        };
        let mut found: Vec<LiveSession> = rows.into_iter().filter_map(read).collect();
        let newest = self.newest_generations(&found)?;
        for live in &mut found {
            let newest = newest.get(&StoredId(live.session_id().uuid()));
            live.newest = newest.copied().unwrap_or(live.newest);
        }
        Ok(found)
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
                .limit(i64::from(limit.min(MAX_SWEEP)))
                .load(connection)?;
            let ids: Vec<StoredId> = rows.iter().map(SessionRow::id).collect();
            // Expired tokens are loaded too, because one of them may have the latest use.
            let tokens: Vec<TokenRow> = session_tokens::table
                .filter(session_tokens::session_id.eq_any(ids))
                .order(session_tokens::generation)
                .load(connection)?;
            Ok((rows, tokens))
        })
        .and_then(|(rows, tokens)| listed(rows, tokens, now))
    }

    fn page(
        &mut self,
        after: Option<SessionId>,
        now: Timestamp,
        limit: u32,
    ) -> Result<SessionPage, StoreError> {
        let limit = limit.min(MAX_SWEEP);
        let (rows, tokens) = self.query(|connection| {
            let mut query = sessions::table
                .order(sessions::id)
                .limit(i64::from(limit))
                .into_boxed();
            if let Some(after) = after {
                query = query.filter(sessions::id.gt(StoredId(after.uuid())));
            }
            let rows: Vec<SessionRow> = query.load(connection)?;
            let ids: Vec<StoredId> = rows.iter().map(SessionRow::id).collect();
            let tokens: Vec<TokenRow> = session_tokens::table
                .filter(session_tokens::session_id.eq_any(ids))
                .order(session_tokens::generation)
                .load(connection)?;
            Ok((rows, tokens))
        })?;
        let last = rows.last().map(|row| SessionId::new(row.id().0));
        let is_full = u32::try_from(rows.len()).is_ok_and(|count| count == limit);
        let mut page = SessionPage {
            live: Vec::with_capacity(rows.len()),
            unreadable: Vec::new(),
            last: last.filter(|_| is_full),
        };
        for (id, entry) in entries(rows, tokens, now) {
            match entry {
                Ok(live) => page.live.extend(live),
                Err(_) => page.unreadable.push(id),
            }
        }
        Ok(page)
    }

    fn owner(&mut self, id: SessionId) -> Result<Option<UserId>, StoreError> {
        let owner: Option<StoredId> = self.query(|connection| {
            sessions::table
                .find(StoredId(id.uuid()))
                .select(sessions::user_id)
                .first(connection)
                .optional()
        })?;
        Ok(owner.map(|id| UserId::new(id.0)))
    }
}
