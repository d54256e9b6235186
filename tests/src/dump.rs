//! Everything that a database holds, and every text in it that could be a token.

use std::collections::BTreeSet;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Nullable, Text};

use crate::postgres::Cluster;
use crate::server::Server;
use crate::sqlite::SqliteFile;

/// Prints each row of each table as one line of text, the table's name before it.
const POSTGRES_SCRIPT: &str = "\
SELECT format('SELECT %L || t::text FROM %I.%I t ORDER BY 1', tablename || ' ', schemaname, tablename)
FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY tablename
\\gexec
";

/// Shorter words are no token of any kind.
const SHORTEST: usize = 16;

/// The rows of all tables, a line each; binary values are written in hex.
#[derive(Debug, PartialEq, Eq)]
pub struct Dump(String);

#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
}

impl Dump {
    /// Dumps the database that a server uses, which may be running.
    pub fn of(server: &Server) -> Self {
        Self(match server.setup().get("database.url") {
            Some(url) => postgres(url),
            None => {
                let file = server.data().join("azuma.db");
                sqlite(SqliteFile::at(&file).connect())
                    .unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display()))
            }
        })
    }

    /// The rows as text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whatever in it could be a token: each long word, and each binary value in every common notation.
    pub fn candidates(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let is_word = |c: char| c.is_ascii_alphanumeric() || "+/=_-".contains(c);
        for word in self
            .0
            .split(|c| !is_word(c))
            .filter(|word| word.len() >= SHORTEST)
        {
            found.insert(word.to_owned());
            found.insert(word.to_lowercase());
            // Postgres writes binary values as \x0123….
            let digits = word.trim_start_matches('x').replace('-', "");
            if let Some(bytes) = from_hex(&digits) {
                found.extend(notations(&bytes));
                found.extend(bytes.chunks_exact(16).flat_map(notations));
            }
        }
        found
    }
}

fn postgres(url: &str) -> String {
    let name = url.rsplit('/').next().unwrap_or_default();
    Cluster::shared().sql(name, POSTGRES_SCRIPT)
}

fn sqlite(mut connection: SqliteConnection) -> QueryResult<String> {
    let tables = column(
        &mut connection,
        "SELECT name AS value FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )?;
    let mut lines = String::new();
    for table in tables {
        let columns = format!("SELECT name AS value FROM pragma_table_info('{table}')");
        let quoted: Vec<_> = column(&mut connection, &columns)?
            .iter()
            .map(|column| format!("quote(\"{column}\")"))
            .collect();
        let rows = format!(
            "SELECT {} AS value FROM \"{table}\" ORDER BY 1",
            quoted.join(" || ',' || ")
        );
        for row in column(&mut connection, &rows)? {
            lines.push_str(&format!("{table} ({row})\n"));
        }
    }
    Ok(lines)
}

fn column(connection: &mut SqliteConnection, query: &str) -> QueryResult<Vec<String>> {
    let rows: Vec<Value> = sql_query(query).load(connection)?;
    Ok(rows.into_iter().filter_map(|row| row.value).collect())
}

fn from_hex(digits: &str) -> Option<Vec<u8>> {
    if !digits.is_ascii() || !digits.len().is_multiple_of(2) {
        return None;
    }
    let pairs = (0..digits.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok())
        .collect()
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn notations(bytes: &[u8]) -> Vec<String> {
    let hex = to_hex(bytes);
    let mut all = vec![
        BASE64_STANDARD.encode(bytes),
        BASE64_STANDARD_NO_PAD.encode(bytes),
        BASE64_URL_SAFE_NO_PAD.encode(bytes),
    ];
    if bytes.len() == 16 {
        let (a, rest) = hex.split_at(8);
        let (b, rest) = rest.split_at(4);
        let (c, rest) = rest.split_at(4);
        let (d, e) = rest.split_at(4);
        all.push(format!("{a}-{b}-{c}-{d}-{e}"));
    }
    all.push(hex);
    all
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;

    use super::{Dump, sqlite};
    use crate::scratch;
    use crate::sqlite::SqliteFile;

    #[test]
    fn a_hash_is_tried_in_every_notation() {
        let hash = "000102030405060708090A0B0C0D0E0F101112131415161718191a1b1c1d1e1f";
        let candidates = Dump(format!("sessions (X'{hash}',NULL)\n")).candidates();
        for expected in [
            hash,
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "00010203-0405-0607-0809-0a0b0c0d0e0f",
            "10111213-1415-1617-1819-1a1b1c1d1e1f",
        ] {
            assert!(
                candidates.contains(expected),
                "{expected} of {candidates:?}"
            );
        }
    }

    #[test]
    fn postgres_writes_binary_values_with_a_backslash() {
        let row = r#"sessions ("\\x000102030405060708090a0b0c0d0e0f")"#;
        assert!(
            Dump(row.to_owned())
                .candidates()
                .contains("00010203-0405-0607-0809-0a0b0c0d0e0f")
        );
    }

    #[test]
    fn every_value_of_every_table_is_dumped() {
        let file = SqliteFile::at(scratch::fresh_directory("dump").join("test.db"));
        let mut connection = file.connect();
        connection
            .batch_execute(
                "CREATE TABLE users (name TEXT, id BLOB, born INTEGER);
                 INSERT INTO users VALUES ('neo', x'0aff', NULL), ('o''neil', NULL, 7);",
            )
            .unwrap();
        let expected = "users ('neo',X'0AFF',NULL)\nusers ('o''neil',NULL,7)\n";
        assert_eq!(sqlite(file.connect()).unwrap(), expected);
    }
}
