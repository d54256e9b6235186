//! The Postgres database of azumaneo. It is only read.

use azuma_domain::Timestamp;
use azuma_domain::ports::{
    SourceEmail, SourceEntry, SourceError, SourceId, SourcePlace, SourceProof, SourceUser,
    UnreadableEntry, UserSource,
};
use diesel::pg::PgConnection;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};
use uuid::Uuid;

use crate::store::{DatabaseUrl, OpenError, connect_to_another_system};

/// The most characters of a name or an address that are read; the rules refuse a longer one.
const MOST_CHARS: i64 = 1_025;
/// The most bytes of a hash that are read. libsodium writes 128.
const MOST_HASH_BYTES: i64 = 513;

/// Users of azumaneo, in the order of their ids.
pub struct Azumaneo {
    connection: PgConnection,
    email: EmailColumn,
    /// The id of the last user that was read.
    last: Option<Uuid>,
}

/// Whether the table of users has addresses. azumaneo began without.
#[derive(Clone, Copy)]
enum EmailColumn {
    Missing,
    There,
}

/// The database cannot be read from.
#[derive(Debug, thiserror::Error)]
pub enum AzumaneoError {
    /// It does not answer.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A statement failed.
    #[error("the database cannot be read: {0}")]
    Read(#[from] diesel::result::Error),
    /// It is not azumaneo's.
    #[error(
        "the database is not azumaneo's: it has no table `users` with the columns `id` (uuid), `name` (text), `password` \
         (bytea) and `created_at` (timestamp with time zone)"
    )]
    Schema,
}

/// A column of the table.
#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    email: Option<String>,
    #[diesel(sql_type = Binary)]
    password: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    created_at: i64,
}

impl Azumaneo {
    /// Connects, and looks whether the database is azumaneo's.
    ///
    /// # Errors
    /// [`AzumaneoError`] says why it cannot be read from.
    pub fn open(url: &DatabaseUrl) -> Result<Self, AzumaneoError> {
        let mut connection = connect_to_another_system(url)?;
        let columns = columns(&mut connection)?;
        let has = |name: &str, kind: &str| {
            columns
                .iter()
                .any(|column| column.name == name && column.kind == kind)
        };
        let is_azumaneo = has("id", "uuid")
            && has("name", "text")
            && has("password", "bytea")
            && has("created_at", "timestamp with time zone");
        match is_azumaneo {
            true => Ok(Self {
                connection,
                email: match has("email", "text") {
                    true => EmailColumn::There,
                    false => EmailColumn::Missing,
                },
                last: None,
            }),
            false => Err(AzumaneoError::Schema),
        }
    }

    fn page(&mut self, most: usize) -> QueryResult<Vec<Row>> {
        let email = match self.email {
            EmailColumn::There => "left(email, $3::int)",
            EmailColumn::Missing => "NULL::text",
        };
        let query = format!(
            "SELECT id::text AS id, left(name, $3::int) AS name, {email} AS email, \
             substring(password FOR $4::int) AS password, \
             (extract(epoch FROM created_at) * 1000000)::bigint AS created_at \
             FROM users WHERE $1::uuid IS NULL OR id > $1::uuid ORDER BY id LIMIT $2"
        );
        let after = self.last.map(|id| id.to_string());
        let query = sql_query(query)
            .bind::<Nullable<Text>, _>(after)
            .bind::<BigInt, _>(i64::try_from(most).unwrap_or(i64::MAX))
            .bind::<BigInt, _>(MOST_CHARS)
            .bind::<BigInt, _>(MOST_HASH_BYTES);
        self.connection
            .build_transaction()
            .read_only()
            .run(|connection| query.load(connection))
    }
}

impl UserSource for Azumaneo {
    fn read(&mut self, most: usize) -> Result<Vec<SourceEntry>, SourceError> {
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| SourceError(error);
        let rows = self.page(most).map_err(|error| failed(error.into()))?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            let id = Uuid::try_parse(&row.id).map_err(|error| failed(error.into()))?;
            self.last = Some(id);
            entries.push(SourceEntry {
                place: SourcePlace::Row(id),
                user: user(id, row),
            });
        }
        Ok(entries)
    }
}

fn columns(connection: &mut PgConnection) -> QueryResult<Vec<Column>> {
    sql_query(
        "SELECT attname::text AS name, format_type(atttypid, NULL) AS kind FROM pg_attribute \
         WHERE attrelid = to_regclass('users') AND attnum > 0 AND NOT attisdropped",
    )
    .load(connection)
}

fn user(id: Uuid, row: Row) -> Result<SourceUser, UnreadableEntry> {
    Ok(SourceUser {
        id: SourceId::Uuid(id),
        name: row.name,
        email: row.email.map(|address| SourceEmail {
            address,
            proof: SourceProof::Claimed,
        }),
        password_hash: unpadded(row.password)?,
        icon: None,
        status: None,
        created_at: Some(Timestamp::from_micros(row.created_at)),
    })
}

/// The text in an array of libsodium, which fills it up with zeroes.
fn unpadded(mut bytes: Vec<u8>) -> Result<String, UnreadableEntry> {
    let length = bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last + 1);
    bytes.truncate(length);
    String::from_utf8(bytes).map_err(|_| UnreadableEntry::NotUtf8)
}
