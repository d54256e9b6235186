//! The statement by which a login revokes the sessions beyond the user's limit.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType};

use crate::store::sql::types::{SqlTimestamp, SqlUuid, StoredId, StoredTime};

/// Revokes all sessions of the user but the `keep` used last, at most `limit`. A session is live as long as any of its
/// tokens.
///
/// Every login runs this. Unlike `sql_query` it has a text that never changes, so each connection prepares it once.
#[derive(QueryId)]
pub(super) struct RevokeLeastUsed {
    pub(super) user_id: StoredId,
    pub(super) now: StoredTime,
    pub(super) limit: i64,
    pub(super) keep: i64,
}

impl<DB> QueryFragment<DB> for RevokeLeastUsed
where
    DB: Backend + HasSqlType<SqlUuid> + HasSqlType<SqlTimestamp>,
    StoredId: ToSql<SqlUuid, DB>,
    StoredTime: ToSql<SqlTimestamp, DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(
            "DELETE FROM sessions WHERE id IN ( \
                 SELECT session.id FROM sessions AS session \
                 INNER JOIN session_tokens AS token ON token.session_id = session.id \
                 WHERE session.user_id = ",
        );
        out.push_bind_param::<SqlUuid, _>(&self.user_id)?;
        out.push_sql(" GROUP BY session.id ORDER BY max(token.expires_at) > ");
        out.push_bind_param::<SqlTimestamp, _>(&self.now)?;
        out.push_sql(
            " DESC, coalesce(max(token.last_used_at), session.created_at) DESC, session.id DESC LIMIT ",
        );
        out.push_bind_param::<BigInt, _>(&self.limit)?;
        out.push_sql(" OFFSET ");
        out.push_bind_param::<BigInt, _>(&self.keep)?;
        out.push_sql(" )");
        Ok(())
    }
}

impl<Conn> RunQueryDsl<Conn> for RevokeLeastUsed {}
