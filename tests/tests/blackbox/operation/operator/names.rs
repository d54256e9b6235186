//! Names and addresses that are printed, however many there are and whatever is in them.

use std::io::pipe;

use azuma_tests::{Database, on_both_databases, sql};
use serde_json::Value;

/// Names that no user can register, with characters that a terminal obeys or that turn text around.
const SPOIL_SQLITE: &str =
    "UPDATE users SET name = 'neo' || char(27) || '[2J' || char(0x202e) || char(0x9b) || 'x',
     email = char(7) || 'neo@example.org'";
const SPOIL_POSTGRES: &str =
    "UPDATE users SET name = 'neo' || chr(27) || '[2J' || chr(8238) || chr(155) || 'x',
     email = chr(7) || 'neo@example.org'";

#[on_both_databases]
async fn what_a_terminal_obeys_is_escaped_and_stored_text_is_told_all_the_same(db: Database) {
    let server = db.server().start();
    let create = [
        "user",
        "create",
        "neo",
        "--email",
        "neo@example.org",
        "--generate",
    ];
    server.setup().run(&create).success();
    sql::run(&server, SPOIL_SQLITE, SPOIL_POSTGRES);
    for arguments in [
        &["user", "list"][..],
        &["user", "list", "--json"],
        &["user", "show", "neo"],
    ] {
        let finished = server.setup().run(arguments);
        let printed = finished.success();
        let harmful = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!printed.contains(harmful), "{printed:?}");
    }
    let finished = server.setup().run(&["user", "list"]);
    let name = r"neo\u{1b}[2J\u{202e}\u{9b}x";
    assert!(finished.success().contains(name), "{}", finished.stdout);
    let finished = server.setup().run(&["user", "list", "--json"]);
    let account: Value = serde_json::from_str(finished.success()).expect("a JSON object");
    assert_eq!(account["name"], "neo\u{1b}[2J\u{202e}\u{9b}x");
    assert_eq!(account["email"], "\u{7}neo@example.org");
}

const MANY_SQLITE: &str =
    "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 20000)
     INSERT INTO users (id, name, name_key, password_hash, created_at)
     SELECT randomblob(16), 'user' || n, 'user' || n, '', 0 FROM n";
const MANY_POSTGRES: &str = "INSERT INTO users (id, name, name_key, password_hash, created_at)
     SELECT gen_random_uuid(), 'user' || n, 'user' || n, '', now() FROM generate_series(1, 20000) n";

#[on_both_databases]
async fn many_accounts_are_listed_page_by_page_and_nobody_has_to_read_them_all(db: Database) {
    let server = db.server().start();
    sql::run(&server, MANY_SQLITE, MANY_POSTGRES);
    let finished = server.setup().run(&["user", "list", "--json"]);
    assert_eq!(finished.success().lines().count(), 20_000);
    let finished = server
        .setup()
        .run(&["user", "list", "--name-prefix", "USER1999"]);
    assert_eq!(finished.success().lines().count(), 1 + 11);
    let (reader, writer) = pipe().expect("a pipe");
    drop(reader);
    for arguments in [&["user", "list"][..], &["session", "list"], &["audit"]] {
        let output = writer.try_clone().expect("a pipe").into();
        let status = server.setup().run_printing_to(arguments, &output);
        assert!(status.success(), "{arguments:?}: {status}");
    }
}
