//! The rows of a copy.

use azuma_tests::postgres::Cluster;
use azuma_tests::sqlite::SqliteFile;

use super::{FILE, add_users, ask, copy, file_of, server};

/// A row of each table, with the greatest and the least that its columns take, and one of NULLs where they take any. The text has
/// what JSON escapes.
const ROWS: &str = r#"
PRAGMA foreign_keys = ON;
INSERT INTO users VALUES
    (x'00000000000000000000000000000000', 'a"\/é日', 'a', 'e@x', 'e@x', '$argon2', 'i' || char(9, 10, 31, 127, 8232, 128512), '',
     0, 1, 253402300799999999, -62135596800000000, 'null', x'ffffffffffffffffffffffffffffffff'),
    (x'ffffffffffffffffffffffffffffffff', '', 'b', NULL, NULL, '[1]', NULL, NULL, 1700000000123457, NULL, NULL, NULL, NULL, NULL);
INSERT INTO invites VALUES (randomblob(16), randomblob(32), 4294967295, 9007199254740993, 253402300799999999);
INSERT INTO sessions VALUES
    (x'01010101010101010101010101010101', x'ffffffffffffffffffffffffffffffff', 'p', 's', 4294967295, 1, '{"a": 1}', '::1'),
    (x'02020202020202020202020202020202', x'00000000000000000000000000000000', 'p', 's', 0, 1, NULL, NULL);
INSERT INTO session_tokens VALUES
    (zeroblob(32), x'01010101010101010101010101010101', 0, 253402300799999999, NULL),
    (randomblob(32), x'01010101010101010101010101010101', 4294967295, 86399999999, 86400000001);
INSERT INTO links VALUES
    (randomblob(16), randomblob(32), x'00000000000000000000000000000000', 'change_email', 'true', 3599999999),
    (randomblob(16), randomblob(32), x'00000000000000000000000000000000', 'reset', NULL, 3600000000);
INSERT INTO outbox VALUES
    (randomblob(16), NULL, 'k', 'en', 'e@x', NULL, 1, 2, 3, 4294967295, NULL, NULL),
    (randomblob(16), x'00000000000000000000000000000000', 'k', 'de', 'e@x', randomblob(16), 1, 2, 3, 0, 4, 'it''s');
INSERT INTO recoveries VALUES (randomblob(16), 'e@x', 'en', 1, 0);
INSERT INTO known_clients VALUES
    (x'00000000000000000000000000000000', '10.0.0.0/24', 1), (x'00000000000000000000000000000000', '2001:db8::/48', 2),
    (x'ffffffffffffffffffffffffffffffff', '10.0.0.0/24', 3);
INSERT INTO second_factors VALUES
    (x'00000000000000000000000000000000', randomblob(16), randomblob(32), 9223372036854775807),
    (x'ffffffffffffffffffffffffffffffff', randomblob(16), randomblob(32), NULL);
INSERT INTO recovery_codes VALUES
    (x'00000000000000000000000000000000', zeroblob(32)), (x'00000000000000000000000000000000', randomblob(32));
INSERT INTO audit_events VALUES
    (1, randomblob(16), 'a', NULL, 'system', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (1, randomblob(16), 'a', 'r', 'user', randomblob(16), randomblob(16), randomblob(16), '10.0.0.1', 'ua', 'id', randomblob(16));
INSERT INTO services VALUES (x'03030303030303030303030303030303', 'chat', 253402300799999999);
INSERT INTO service_tokens VALUES
    (zeroblob(32), x'03030303030303030303030303030303', 0, 253402300799999999),
    (randomblob(32), x'03030303030303030303030303030303', 1, NULL);
INSERT INTO invalidations VALUES
    (6, zeroblob(16), randomblob(16), NULL, NULL), (7, randomblob(16), randomblob(16), 'session_ended', randomblob(16));
UPDATE invalidation_counter SET number = 7;
"#;

/// All rows of a file, but for when its migrations were applied.
fn rows_of(file: &SqliteFile) -> Vec<String> {
    let dump = file.ask(".dump");
    let inserts = dump
        .lines()
        .filter(|line| !line.contains("__diesel_schema_migrations"));
    let mut rows: Vec<String> = inserts.map(str::to_owned).collect();
    rows.sort();
    rows
}

#[tokio::test]
async fn every_value_of_every_table_comes_back() {
    let mut server = server();
    server.terminate().await;
    let file = file_of(server.setup());
    file.ask(ROWS);
    let tables = file.ask("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    let tables = tables
        .lines()
        .filter(|table| !table.starts_with("__") && !table.starts_with("sqlite_"));
    for table in tables.clone() {
        assert_ne!(
            file.ask(&format!("SELECT count(*) FROM {table}")),
            "0",
            "a row for {table}"
        );
    }
    let url = Cluster::shared().create_database();
    let finished = copy(server.setup(), FILE, &url);
    let said = finished.success();
    assert!(!said.contains("not copied"), "{said}");
    for table in tables {
        let query = format!("SELECT count(*) FROM {table}");
        assert_eq!(ask(&url, &query), file.ask(&query), "{table}");
    }
    assert_eq!(
        ask(
            &url,
            "SELECT disabled_at AT TIME ZONE 'UTC', email_proved_at AT TIME ZONE 'UTC' FROM users WHERE name_key = 'a'"
        ),
        "0001-01-01 00:00:00|9999-12-31 23:59:59.999999"
    );
    let back = server.setup().elsewhere();
    let finished = copy(&back, &url, FILE);
    let said = finished.success();
    assert!(!said.contains("not copied"), "{said}");
    assert_eq!(rows_of(&file_of(&back)), rows_of(&file));
}

#[tokio::test]
async fn a_table_that_is_not_azumas_is_left_and_told_of() {
    let mut server = server();
    server.terminate().await;
    let file = file_of(server.setup());
    file.ask("CREATE TABLE notes (text TEXT)");
    let url = Cluster::shared().create_database();
    let finished = copy(server.setup(), FILE, &url);
    let said = finished.success();
    assert!(said.contains("not copied: the table notes"), "{said}");
    let setup = server.setup().clone();
    file.ask("ALTER TABLE users ADD COLUMN shoe_size INTEGER");
    let finished = copy(&setup, FILE, &Cluster::shared().create_database());
    let said = finished.complaint();
    assert!(said.contains("does not know users.shoe_size"), "{said}");
}

#[tokio::test]
async fn a_row_that_the_target_cannot_hold_is_named() {
    let mut server = server();
    server.terminate().await;
    let file = file_of(server.setup());
    add_users(&file, 3);
    file.ask("UPDATE users SET id = zeroblob(16), status = 'a' || char(0) WHERE name = 'u2'");
    let finished = copy(server.setup(), FILE, &Cluster::shared().create_database());
    let said = finished.complaint();
    let row = format!(
        "the row of users with the key [\"{}\"] cannot be written",
        "0".repeat(32)
    );
    assert!(said.contains(&row), "{said}");
}
