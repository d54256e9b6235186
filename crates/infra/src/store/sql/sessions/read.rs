//! Reading sessions and their tokens.

use azuma_domain::Timestamp;
use azuma_domain::ports::{SessionPage, SessionReader, StoreError, TokensPage};
use azuma_domain::session::{ListedSession, LiveSession, SessionId, SessionToken};
use azuma_domain::token::TokenHash;
use azuma_domain::user::UserId;
use diesel::dsl::{exists, max};
use diesel::prelude::*;

use super::rows::{
    LIVE_COLUMNS, LiveRow, SessionRow, TokenRow, entries, listed, stored_generation, with_tokens,
};
use crate::store::sql::MAX_SWEEP;
use crate::store::sql::repositories::Repositories;
use crate::store::sql::schema::{session_tokens, sessions, users};
use crate::store::sql::types::{StoredHash, StoredId, StoredTime};
use crate::store::sql::users::{USER_COLUMNS, UserRow};

// The tokens of the same session.
diesel::alias!(const SIBLINGS: Alias<Siblings> = session_tokens as siblings);

impl Repositories<'_> {
    /// The next sessions after `after`, at most `limit` rows, with all their tokens, sorted by generation.
    fn rows_after(
        &mut self,
        after: Option<SessionId>,
        limit: u32,
    ) -> Result<(Vec<SessionRow>, Vec<TokenRow>), StoreError> {
        self.query(|connection| {
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
        })
    }
}

/// A token with its session and user, and the newest generation of the session's tokens: that comes in the same statement, so that
/// a token which is added meanwhile is seen with its effects or not at all.
type FoundRow = (TokenRow, LiveRow, UserRow, Option<i64>);

fn live((token, session, user, newest): FoundRow) -> Result<LiveSession, StoreError> {
    let mut live = session.with(SessionToken::try_from(token)?, user.into())?;
    if let Some(newest) = newest {
        live.newest = stored_generation(newest)?;
    }
    Ok(live)
}

/// The last session of a page of at most `limit`, if others may follow.
fn last_of(rows: &[SessionRow], limit: u32) -> Option<SessionId> {
    let is_full = u32::try_from(rows.len()).is_ok_and(|count| count == limit);
    let last = rows.last().map(|row| SessionId::new(row.id().0));
    last.filter(|_| is_full)
}

impl SessionReader for Repositories<'_> {
    fn find_by_token(
        &mut self,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<LiveSession>, StoreError> {
        let newest = SIBLINGS
            .filter(SIBLINGS.field(session_tokens::session_id).eq(sessions::id))
            .select(max(SIBLINGS.field(session_tokens::generation)))
            .single_value();
        let found: Option<FoundRow> = self.query(|connection| {
            session_tokens::table
                .inner_join(sessions::table.inner_join(users::table))
                .filter(session_tokens::hash.eq(StoredHash(*hash)))
                .filter(session_tokens::expires_at.gt(StoredTime(now)))
                .select((
                    session_tokens::all_columns,
                    LIVE_COLUMNS,
                    USER_COLUMNS,
                    newest,
                ))
                .first(connection)
                .optional()
        })?;
        found.map(live).transpose()
    }

    fn find_by_tokens(
        &mut self,
        hashes: &[TokenHash],
        now: Timestamp,
    ) -> Result<Vec<LiveSession>, StoreError> {
        let hashes: Vec<StoredHash> = hashes.iter().copied().map(StoredHash).collect();
        let newest = SIBLINGS
            .filter(SIBLINGS.field(session_tokens::session_id).eq(sessions::id))
            .select(max(SIBLINGS.field(session_tokens::generation)))
            .single_value();
        let found: Vec<FoundRow> = self.query(|connection| {
            session_tokens::table
                .inner_join(sessions::table.inner_join(users::table))
                .filter(session_tokens::hash.eq_any(hashes))
                .filter(session_tokens::expires_at.gt(StoredTime(now)))
                .select((
                    session_tokens::all_columns,
                    LIVE_COLUMNS,
                    USER_COLUMNS,
                    newest,
                ))
                .load(connection)
        })?;
        Ok(found.into_iter().filter_map(|row| live(row).ok()).collect())
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
        let (rows, tokens) = self.rows_after(after, limit)?;
        let mut page = SessionPage {
            live: Vec::with_capacity(rows.len()),
            unreadable: Vec::new(),
            last: last_of(&rows, limit),
        };
        for (id, entry) in entries(rows, tokens, now) {
            match entry {
                Ok(live) => page.live.extend(live),
                Err(_) => page.unreadable.push(id),
            }
        }
        Ok(page)
    }

    fn page_with_tokens(
        &mut self,
        after: Option<SessionId>,
        limit: u32,
    ) -> Result<TokensPage, StoreError> {
        let limit = limit.min(MAX_SWEEP);
        let (rows, tokens) = self.rows_after(after, limit)?;
        let mut page = TokensPage {
            sessions: Vec::with_capacity(rows.len()),
            unreadable: Vec::new(),
            last: last_of(&rows, limit),
        };
        for (id, read) in with_tokens(rows, tokens) {
            match read {
                Ok(session) => page.sessions.push(session),
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
