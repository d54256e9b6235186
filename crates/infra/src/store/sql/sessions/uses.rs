//! Recording the uses of tokens: the most frequent write.

use azuma_domain::ports::SessionUse;
use azuma_domain::token::TokenHash;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Binary, Nullable};
use diesel::sqlite::{Sqlite, SqliteConnection};

use crate::store::engine::connection::DbConnection;
use crate::store::sql::schema::session_tokens;
use crate::store::sql::types::{SqlTimestamp, StoredHash, StoredTime};

/// The most uses in one statement on SQLite, which takes three parameters for each.
const BATCH: usize = 1_000;

/// Records `uses`. No time moves backwards. Returns the tokens that exist.
pub(super) fn record(
    connection: &mut DbConnection,
    uses: &[SessionUse],
) -> QueryResult<Vec<TokenHash>> {
    let mut written = Vec::with_capacity(uses.len());
    match connection {
        DbConnection::Postgres(connection) => {
            written.extend(record_on_postgres(connection, uses)?);
        }
        DbConnection::Sqlite(connection) => {
            for batch in uses.chunks(BATCH) {
                written.extend(record_on_sqlite(connection, batch)?);
            }
        }
    }
    Ok(written.into_iter().map(|row| row.hash.0).collect())
}

#[derive(QueryableByName)]
struct Written {
    #[diesel(sql_type = Binary)]
    hash: StoredHash,
}

/// The UPDATE statement. `given` selects the rows `(hash, used_at, extended_to)`; `greatest` is the database's
/// function for the greater of two values. A token that has a successor is not extended. An
/// UPDATE joins only one row to each token, so the rows of a token that is given twice are merged first.
fn update(given: &str, greatest: &str, returned: &str) -> String {
    format!(
        "WITH given (hash, used_at, extended_to) AS ({given}) \
         UPDATE session_tokens AS token SET \
             last_used_at = {greatest}(coalesce(token.last_used_at, used.used_at), used.used_at), \
             expires_at = CASE WHEN EXISTS ( \
                 SELECT 1 FROM session_tokens AS later \
                 WHERE later.session_id = token.session_id AND later.generation > token.generation \
             ) THEN token.expires_at \
             ELSE {greatest}(token.expires_at, coalesce(used.extended_to, token.expires_at)) END \
         FROM ( \
             SELECT hash, max(used_at) AS used_at, max(extended_to) AS extended_to FROM given GROUP BY hash \
         ) AS used \
         WHERE token.hash = used.hash \
         RETURNING {returned}"
    )
}

fn record_on_postgres(
    connection: &mut PgConnection,
    uses: &[SessionUse],
) -> QueryResult<Vec<Written>> {
    let hashes: Vec<StoredHash> = uses.iter().map(|one| StoredHash(one.hash)).collect();
    let used_at: Vec<StoredTime> = uses.iter().map(|one| StoredTime(one.used_at)).collect();
    let extended_to: Vec<Option<StoredTime>> = uses.iter().map(extension).collect();
    // Tokens are locked in one order everywhere, and all at once, so that nodes that write the same ones do not deadlock.
    session_tokens::table
        .filter(session_tokens::hash.eq_any(&hashes))
        .order((session_tokens::session_id, session_tokens::generation))
        .select(session_tokens::hash)
        .for_no_key_update()
        .load::<StoredHash>(connection)?;
    diesel::sql_query(update(
        "SELECT * FROM unnest($1, $2, $3)",
        "GREATEST",
        "token.hash",
    ))
    .bind::<Array<Binary>, _>(hashes)
    .bind::<Array<SqlTimestamp>, _>(used_at)
    .bind::<Array<Nullable<SqlTimestamp>>, _>(extended_to)
    .load(connection)
}

fn record_on_sqlite(
    connection: &mut SqliteConnection,
    uses: &[SessionUse],
) -> QueryResult<Vec<Written>> {
    let rows = vec!["(?, ?, ?)"; uses.len()].join(", ");
    let statement = update(&format!("VALUES {rows}"), "max", "hash");
    let mut query = diesel::sql_query(statement).into_boxed::<Sqlite>();
    for one in uses {
        query = query
            .bind::<Binary, _>(StoredHash(one.hash))
            .bind::<SqlTimestamp, _>(StoredTime(one.used_at))
            .bind::<Nullable<SqlTimestamp>, _>(extension(one));
    }
    query.load(connection)
}

fn extension(one: &SessionUse) -> Option<StoredTime> {
    one.extended_to.map(StoredTime)
}
