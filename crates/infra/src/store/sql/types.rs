//! The column types that the two databases store differently, and their Rust values.
//!
//! | here | Postgres | SQLite |
//! |---|---|---|
//! | [`SqlUuid`], [`StoredId`] | `uuid` | `BLOB`, 16 bytes |
//! | [`SqlTimestamp`], [`StoredTime`] | `timestamptz` | `INTEGER`, microseconds since 1970 |
//! | `Binary`, [`StoredHash`] | `bytea` | `BLOB`, 32 bytes |

use std::io::Write;

use azuma_domain::Timestamp;
use azuma_domain::token::TokenHash;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Binary, HasSqlType, SqlType};
use diesel::sqlite::Sqlite;
use uuid::Uuid;

use crate::store::engine::connection::MultiBackend;

/// From the epoch of Unix (1970) to the epoch of Postgres's timestamps (2000), in microseconds.
const POSTGRES_EPOCH_MICROS: i64 = 946_684_800_000_000;

/// The SQL type of an id. The OIDs are the same in every Postgres, so no connection looks them up.
#[derive(Clone, Copy, Debug, Default, QueryId, SqlType)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct SqlUuid;

/// The SQL type of a point in time.
#[derive(Clone, Copy, Debug, Default, QueryId, SqlType)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
#[diesel(sqlite_type(name = "Long"))]
pub struct SqlTimestamp;

impl HasSqlType<SqlUuid> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<SqlUuid>(lookup)
    }
}

impl HasSqlType<SqlTimestamp> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<SqlTimestamp>(lookup)
    }
}

/// An id in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = SqlUuid)]
pub struct StoredId(pub Uuid);

/// A time in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = SqlTimestamp)]
pub struct StoredTime(pub Timestamp);

/// A token's hash in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = Binary)]
pub struct StoredHash(pub TokenHash);

impl ToSql<SqlUuid, Pg> for StoredId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl ToSql<SqlUuid, Sqlite> for StoredId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_bytes().as_slice());
        Ok(IsNull::No)
    }
}

impl ToSql<SqlUuid, MultiBackend> for StoredId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((SqlUuid, self));
        Ok(IsNull::No)
    }
}

impl FromSql<SqlUuid, Pg> for StoredId {
    fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(Uuid::from_slice(value.as_bytes())?))
    }
}

impl FromSql<SqlUuid, Sqlite> for StoredId {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?;
        Ok(Self(Uuid::from_slice(&bytes)?))
    }
}

impl FromSql<SqlUuid, MultiBackend> for StoredId {
    fn from_sql(value: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        value.from_sql::<Self, SqlUuid>()
    }
}

impl ToSql<SqlTimestamp, Pg> for StoredTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let micros = self.0.micros() - POSTGRES_EPOCH_MICROS;
        out.write_all(&micros.to_be_bytes())?;
        Ok(IsNull::No)
    }
}

impl ToSql<SqlTimestamp, Sqlite> for StoredTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.micros());
        Ok(IsNull::No)
    }
}

impl ToSql<SqlTimestamp, MultiBackend> for StoredTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((SqlTimestamp, self));
        Ok(IsNull::No)
    }
}

impl FromSql<SqlTimestamp, Pg> for StoredTime {
    fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let micros = i64::from_be_bytes(value.as_bytes().try_into()?);
        // Postgres stores 'infinity' as the largest number. The sum saturates, and is refused.
        Self::from_micros(micros.saturating_add(POSTGRES_EPOCH_MICROS))
    }
}

impl FromSql<SqlTimestamp, Sqlite> for StoredTime {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Self::from_micros(<i64 as FromSql<BigInt, Sqlite>>::from_sql(value)?)
    }
}

impl FromSql<SqlTimestamp, MultiBackend> for StoredTime {
    fn from_sql(value: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        value.from_sql::<Self, SqlTimestamp>()
    }
}

impl StoredTime {
    /// Microseconds since 1970. A time outside [`Timestamp`]'s range is refused.
    fn from_micros(micros: i64) -> deserialize::Result<Self> {
        let timestamp = Timestamp::from_micros(micros);
        if timestamp.micros() != micros {
            return Err(format!("{micros} µs is not a time between 1970 and 9999").into());
        }
        Ok(Self(timestamp))
    }
}

impl ToSql<Binary, Pg> for StoredHash {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl ToSql<Binary, Sqlite> for StoredHash {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_bytes().as_slice());
        Ok(IsNull::No)
    }
}

impl ToSql<Binary, MultiBackend> for StoredHash {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((Binary, self));
        Ok(IsNull::No)
    }
}

impl<DB> FromSql<Binary, DB> for StoredHash
where
    DB: Backend,
    Vec<u8>: FromSql<Binary, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let bytes = Vec::<u8>::from_sql(value)?;
        let bytes: [u8; 32] = bytes.as_slice().try_into()?;
        Ok(Self(TokenHash::from_bytes(bytes)))
    }
}
