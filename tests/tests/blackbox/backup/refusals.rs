//! What is not restored. Whatever is there stays as it is.

use std::fs;

use azuma_tests::Database;
use azuma_tests::server::Setup;
use serde_json::json;

use super::{Backup, names_in, person, restore, server};

/// The restore is refused with these words, and leaves nothing on a new machine.
fn expect_refused(setup: &Setup, backup: &Backup, words: &str) {
    let elsewhere = setup.elsewhere();
    let finished = restore(&elsewhere, backup, &[]);
    let said = finished.complaint();
    assert!(said.contains(words), "{said}");
    let data = elsewhere.home().join("data");
    if data.exists() {
        assert_eq!(names_in(&data), Vec::<String>::new(), "{said}");
    }
}

#[tokio::test]
async fn a_database_with_a_running_server_is_not_replaced() {
    let (server, _) = server();
    server.azuma().sign_up(&person(1)).await;
    let backup = Backup::of(server.setup(), "backup");
    let names = names_in(&server.data());
    let finished = restore(server.setup(), &backup, &["--replace"]);
    let said = finished.complaint();
    assert!(said.contains("stop it first"), "{said}");
    assert_eq!(names_in(&server.data()), names);
    server.azuma().sign_in(&person(1)).await;
    server.azuma().sign_up(&person(2)).await;
}

#[tokio::test]
async fn a_database_that_is_there_is_replaced_only_where_that_is_said() {
    let (mut server, file) = server();
    server.azuma().sign_up(&person(1)).await;
    let backup = Backup::of(server.setup(), "backup");
    server.azuma().sign_up(&person(2)).await;
    server.terminate().await;
    let finished = restore(server.setup(), &backup, &[]);
    let said = finished.complaint();
    assert!(said.contains("--replace"), "{said}");
    assert_eq!(file.users(), 2);
    // A log whose database is gone may hold what the operator still wants.
    fs::rename(file.path(), file.companion(".away")).expect("it is there");
    fs::write(file.companion("-wal"), "commits").expect("a writable file");
    let finished = restore(server.setup(), &backup, &[]);
    let said = finished.complaint();
    assert!(said.contains("azuma.db-wal is there already"), "{said}");
}

#[tokio::test]
async fn what_becomes_of_the_sessions_must_be_said() {
    let (server, _) = server();
    let backup = Backup::of(server.setup(), "backup");
    let elsewhere = server.setup().elsewhere();
    for arguments in [&["restore", backup.path()][..], &["restore", "--finish"]] {
        let finished = elsewhere.run(arguments);
        let said = finished.complaint();
        for words in ["--end-sessions", "--keep-sessions", "revives"] {
            assert!(said.contains(words), "{said}");
        }
    }
    let both = [
        "restore",
        backup.path(),
        "--end-sessions",
        "--keep-sessions",
    ];
    assert!(!elsewhere.run(&both).status.success());
    assert_eq!(names_in(elsewhere.home()), Vec::<String>::new());
}

#[tokio::test]
async fn a_backup_that_was_not_finished_is_none() {
    let (server, _) = server();
    let setup = server.setup();
    let backup = Backup::of(setup, "backup");
    fs::remove_file(backup.file("manifest.json")).expect("it is there");
    expect_refused(setup, &backup, "was not finished");
    let nothing = Backup(setup.home().join("nothing"));
    expect_refused(setup, &nothing, "No such file or directory");
}

#[tokio::test]
async fn a_byte_that_differs_is_found() {
    let (server, _) = server();
    let setup = server.setup();
    server.azuma().sign_up(&person(1)).await;
    for name in ["azuma.db", "secret.key"] {
        let backup = Backup::of(setup, &format!("flipped-{name}"));
        let mut bytes = fs::read(backup.file(name)).expect("a file");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(backup.file(name), &bytes).expect("a writable file");
        expect_refused(setup, &backup, "another SHA-256");
        bytes.truncate(middle);
        fs::write(backup.file(name), &bytes).expect("a writable file");
        expect_refused(setup, &backup, "bytes, and the manifest says");
        fs::remove_file(backup.file(name)).expect("it is there");
        expect_refused(setup, &backup, "No such file or directory");
    }
}

#[tokio::test]
async fn a_manifest_that_does_not_fit_is_found() {
    let (server, _) = server();
    let setup = server.setup();
    let backup = Backup::of(setup, "backup");
    let manifest = backup.manifest();
    for (change, words) in [
        (json!({"format": 2}), "a later release made it"),
        (json!({"rows": {"users": 0}}), "other numbers of rows"),
        (
            json!({"schema": ["0001"]}),
            "another schema than the manifest says",
        ),
        (
            json!({"files": {"../../etc/passwd": {"bytes": 1, "sha256": ""}}}),
            "does not name the files of a backup",
        ),
        (
            json!({"secret_key": "in_configuration"}),
            "does not name the files",
        ),
        (json!({"secret_key": "elsewhere"}), "cannot be read"),
    ] {
        let mut changed = manifest.clone();
        for (key, value) in change.as_object().expect("an object") {
            changed[key] = value.clone();
        }
        backup.write_manifest(&changed);
        expect_refused(setup, &backup, words);
    }
    fs::write(backup.file("manifest.json"), "{").expect("a writable file");
    expect_refused(setup, &backup, "cannot be read");
}

#[tokio::test]
async fn a_database_that_is_damaged_though_its_hash_fits_is_found() {
    let (server, _) = server();
    server.azuma().sign_up(&person(1)).await;
    let backup = Backup::of(server.setup(), "backup");
    // The index lacks the row.
    backup.change(
        "PRAGMA writable_schema = ON; \
         UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'invites_hash_unique') \
         WHERE name = 'users_name_key_unique'",
    );
    expect_refused(server.setup(), &backup, "is damaged");
}

#[tokio::test]
async fn a_backup_of_a_later_release_is_refused_unless_its_schema_fits_this_one() {
    let (server, _) = server();
    server.azuma().sign_up(&person(1)).await;
    let backup = Backup::of(server.setup(), "backup");
    backup.change("INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')");
    let elsewhere = server.setup().elsewhere();
    restore(&elsewhere, &backup, &[]).success();
    let there = elsewhere.start();
    there.azuma().sign_in(&person(1)).await;
    backup.change("UPDATE schema_compatibility SET oldest_migration = '9999'");
    expect_refused(
        server.setup(),
        &backup,
        "a later release made the database (migrations 9999)",
    );
}

#[tokio::test]
async fn the_commands_for_sqlite_name_what_postgres_has_instead() {
    let setup = Database::Postgres.server();
    let finished = setup.run(&["backup", "backup"]);
    let said = finished.complaint();
    assert!(said.contains("pg_dump"), "{said}");
    let finished = setup.run(&["restore", "backup", "--end-sessions"]);
    let said = finished.complaint();
    assert!(
        said.contains("pg_restore") && said.contains("--finish"),
        "{said}"
    );
    assert_eq!(names_in(setup.home()), Vec::<String>::new());
}
