//! Values as each database writes them in SQL.

use std::fmt::Write;

/// The dialect of SQL.
#[derive(Clone, Copy, Debug)]
pub enum Dialect {
    /// Ids and hashes are blobs, times are microseconds since 1970.
    Sqlite,
    /// Ids are `uuid`, hashes `bytea`, times `timestamptz`.
    Postgres,
}

impl Dialect {
    /// 16 bytes.
    pub fn id(self, bytes: &[u8]) -> String {
        match self {
            Self::Sqlite => format!("x'{}'", hex(bytes)),
            Self::Postgres => format!("'{}'", hex(bytes)),
        }
    }

    /// 32 bytes.
    pub fn hash(self, bytes: &[u8]) -> String {
        match self {
            Self::Sqlite => format!("x'{}'", hex(bytes)),
            Self::Postgres => format!("'\\x{}'", hex(bytes)),
        }
    }

    /// Seconds since 1970.
    pub fn time(self, seconds: u64) -> String {
        match self {
            Self::Sqlite => format!("{seconds}000000"),
            Self::Postgres => format!("to_timestamp({seconds})"),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
