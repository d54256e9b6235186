//! What an import refuses, and how it tells.

use std::fs;
use std::path::Path;

use azuma_tests::{Database, on_both_databases};
use serde_json::{Value, json};

use super::{counts, imported_hashes};

const HASH: &str = "$2b$04$ouiKw2nRrnFjj.YrYLPCne4w08yd3Q0x1E1ymP3zTV8Egoy81E1mG";

fn user(name: &str) -> Value {
    json!({"name": name, "password_hash": HASH})
}

fn write(folder: &Path, lines: &[String]) -> String {
    let path = folder.join("users.jsonl");
    fs::write(&path, lines.join("\n")).expect("a writable folder");
    path.to_str().expect("a plain path").to_owned()
}

#[on_both_databases]
async fn lines_that_are_refused_are_told_with_their_numbers_and_the_others_taken(db: Database) {
    let server = db.server().start();
    server.legacy().register("neo", "secret").await.done(200);
    let lines = [
        user("ada").to_string(),
        "{\"name\": \"broken\x1b[31m\"".to_owned(),
        user("NEO").to_string(),
        user("Ada").to_string(),
        user("two words").to_string(),
        json!({"name": "costly", "password_hash": HASH.replace("$04$", "$31$")}).to_string(),
        "x".repeat(100_000),
        user("grace").to_string(),
    ];
    let file = write(server.setup().home(), &lines);
    let import = ["import", "--from", "json-lines", &file];
    let dry = server.setup().run(&[&import[..], &["--dry-run"]].concat());
    assert_eq!(dry.status.code(), Some(4));
    assert_eq!(imported_hashes(&server), 0);
    let finished = server.setup().run(&import);
    assert_eq!(finished.status.code(), Some(4));
    let told = "line 2: refused: it is not of the form that is expected: it is no JSON object (column 17)\n\
        line 3 (NEO): refused: another user, who is there or comes earlier, has the name, perhaps in another case\n\
        line 4 (Ada): refused: another user, who is there or comes earlier, has the name, perhaps in another case\n\
        line 5: refused: a user name must have 1 to 64 characters that RFC 8265 allows\n\
        line 6: refused: the password hash asks for more memory or rounds than a login may cost\n\
        line 7: refused: it is longer than 65536 bytes\n";
    assert_eq!(finished.stdout, format!("{told}{}", counts(2, 0, 6)));
    assert!(dry.stdout.starts_with(told));
    server.legacy().login("neo", "secret").await.done(200);
    server
        .legacy()
        .login("grace", "correct horse")
        .await
        .done(200);
}

#[test]
fn json_has_an_object_for_each_refusal_and_the_counts_last() {
    let setup = Database::Sqlite.server();
    setup.run(&["migrate"]).success();
    let lines = ["ada", "ADA", "grace"].map(|name| user(name).to_string());
    let file = write(setup.home(), &lines);
    let finished = setup.run(&["import", "--from", "json-lines", &file, "--json"]);
    assert_eq!(finished.status.code(), Some(4));
    let told: Vec<Value> = finished
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let refusal = json!({
        "line": 2,
        "name": "ADA",
        "fate": "refused",
        "reason": "name_taken",
        "detail": "another user, who is there or comes earlier, has the name, perhaps in another case",
    });
    let counts = json!({"taken": 2, "already_there": 0, "refused": 1, "dry_run": false});
    assert_eq!(told, [refusal, counts]);
}

#[test]
fn what_cannot_be_read_at_all_is_told_in_a_sentence() {
    let setup = Database::Sqlite.server();
    let file = write(setup.home(), &[user("ada").to_string()]);
    let import = ["import", "--from", "json-lines", &file];
    assert!(
        setup
            .run(&import)
            .complaint()
            .contains("run `azuma migrate`")
    );
    setup.run(&["migrate"]).success();
    let missing = setup.run(&["import", "--from", "json-lines", "missing.jsonl"]);
    assert!(missing.complaint().contains("missing.jsonl cannot be read"));
    let folder = setup.run(&["import", "--from", "json-lines", "."]);
    assert_eq!(folder.status.code(), Some(1));
    assert!(folder.complaint().contains("may be run again"));
    let unknown = setup.run(&["import", "--from", "mysql", &file]);
    assert_eq!(unknown.status.code(), Some(2));
}
