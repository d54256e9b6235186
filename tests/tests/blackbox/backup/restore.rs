//! Backups that are restored.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

use azuma_tests::sqlite::SqliteFile;

use super::{Backup, names_in, person, restore, server};

/// The file that a restore has set aside, as it told.
fn set_aside(said: &str) -> Vec<&str> {
    said.lines()
        .filter_map(|line| line.strip_prefix("set aside: "))
        .collect()
}

#[tokio::test]
async fn a_restored_server_is_as_it_was_and_what_it_replaced_is_kept() {
    let (mut server, _) = server();
    server.azuma().sign_up(&person(1)).await;
    let backup = Backup::of(server.setup(), "backup");
    server.azuma().sign_up(&person(2)).await;
    // The last commits are in its log alone.
    server.kill();
    let finished = restore(server.setup(), &backup, &["--replace"]);
    let said = finished.success();
    assert!(said.contains("users: 1, sessions: 1"), "{said}");
    assert!(said.contains("revoked sessions: 1"), "{said}");
    let aside = SqliteFile::at(server.setup().home().join(set_aside(said)[0]));
    assert_eq!(aside.users(), 2, "{said}");
    server.start_again();
    server.azuma().sign_in(&person(1)).await;
    let login = server
        .azuma()
        .login(&person(2).name, &person(2).password)
        .await;
    login.refused(404, "NOT_FOUND");
    server.azuma().sign_up(&person(2)).await;
}

#[tokio::test]
async fn a_backup_is_restored_on_a_new_machine_with_its_key() {
    let (server, _) = server();
    let token = server.azuma().sign_up(&person(1)).await;
    server.azuma().own_user(&token).await.done(200);
    let backup = Backup::of(server.setup(), "backup");
    let elsewhere = server.setup().elsewhere();
    let kept = ["restore", backup.path(), "--keep-sessions"];
    let finished = elsewhere.run(&kept);
    finished.success();
    assert_eq!(finished.stderr, "");
    let data = elsewhere.home().join("data");
    assert_eq!(names_in(&data), ["azuma.db", "secret.key"]);
    for (path, mode) in [
        (data.clone(), 0o700),
        (data.join("azuma.db"), 0o600),
        (data.join("secret.key"), 0o600),
    ] {
        let found = fs::metadata(path).expect("it is there").permissions();
        assert_eq!(found.mode() & 0o777, mode);
    }
    let there = elsewhere.start();
    there.azuma().own_user(&token).await.done(200);
}

#[tokio::test]
async fn a_database_that_cannot_be_read_is_replaced() {
    let (mut server, file) = server();
    server.azuma().sign_up(&person(1)).await;
    let backup = Backup::of(server.setup(), "backup");
    server.terminate().await;
    fs::write(file.path(), vec![7; 10_000]).expect("a writable file");
    restore(server.setup(), &backup, &["--replace"]).success();
    server.start_again();
    server.azuma().sign_in(&person(1)).await;
}

#[tokio::test]
async fn another_key_is_set_aside_with_the_database() {
    let (server, _) = server();
    let backup = Backup::of(server.setup(), "backup");
    let elsewhere = server.setup().elsewhere();
    let mut there = elsewhere.start();
    there.terminate().await;
    let key = fs::read(there.data().join("secret.key")).expect("a key");
    let finished = restore(there.setup(), &backup, &["--replace"]);
    let aside = set_aside(finished.success());
    let kept = aside.iter().find(|path| path.contains("secret.key"));
    let kept = there.setup().home().join(kept.expect("the key is kept"));
    assert_eq!(fs::read(kept).expect("a key"), key);
    let now = fs::read(there.data().join("secret.key")).expect("a key");
    assert_eq!(now, fs::read(backup.file("secret.key")).expect("a key"));
}

#[tokio::test]
async fn a_configuration_with_another_key_is_told() {
    let (server, _) = server();
    let backup = Backup::of(server.setup(), "backup");
    let another = "YmFja3VwIGJhY2t1cCBiYWNrdXAgYmFja3VwIGJhY2s=";
    let setup = server.setup().elsewhere().set("secret_key", another);
    let finished = restore(&setup, &backup, &[]);
    let said = finished.success();
    assert!(
        said.contains("is not the one that the backup was made with"),
        "{said}"
    );
}

#[tokio::test]
async fn a_backup_of_an_earlier_release_is_migrated() {
    let (server, _) = server();
    server.azuma().sign_up(&person(1)).await;
    let backup = Backup::of(server.setup(), "backup");
    backup.change(
        "DROP TABLE audit_events; DROP TABLE service_tokens; DROP TABLE services;
         ALTER TABLE invalidations DROP COLUMN session_id; ALTER TABLE invalidations DROP COLUMN kind;
         DELETE FROM __diesel_schema_migrations WHERE version >= '0015'",
    );
    let elsewhere = server.setup().elsewhere();
    restore(&elsewhere, &backup, &[]).success();
    let there = elsewhere.start();
    there.azuma().sign_in(&person(1)).await;
}

#[tokio::test]
async fn what_root_restores_belongs_to_whoever_the_directory_belongs_to() {
    let (server, _) = server();
    let backup = Backup::of(server.setup(), "backup");
    let elsewhere = server.setup().elsewhere();
    let data = elsewhere.home().join("data");
    fs::create_dir(&data).expect("a new directory");
    // Nobody, on Debian. Only root can.
    chown(&data, Some(65534), Some(65534)).expect("root");
    restore(&elsewhere, &backup, &[]).success();
    for name in ["azuma.db", "secret.key"] {
        let found = fs::metadata(data.join(name)).expect("it is there");
        assert_eq!((found.uid(), found.gid()), (65534, 65534), "{name}");
    }
}
