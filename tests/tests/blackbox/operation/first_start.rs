//! The first start with nothing configured.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use azuma_tests::Database;
use azuma_tests::people::Person;

#[tokio::test]
async fn makes_its_data() {
    let server = Database::Sqlite.server_with_defaults().start();
    assert!(server.data().join("azuma.db").is_file(), "the database");
    server.azuma().sign_up(&Person::named("neo")).await;
}

#[tokio::test]
async fn makes_a_key_that_only_its_owner_reads() {
    let server = Database::Sqlite.server_with_defaults().start();
    let key = fs::metadata(server.data().join("secret.key")).expect("the key");
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn makes_directories_that_only_their_owner_enters() {
    let server = Database::Sqlite.server_with_defaults().start();
    for directory in [server.data(), server.data().join("mail")] {
        let mode = fs::metadata(&directory)
            .expect("a directory")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700, "{}", directory.display());
    }
}

#[tokio::test]
async fn leaves_a_directory_as_open_as_it_is() {
    let setup = Database::Sqlite.server_with_defaults();
    let data = setup.home().join("data");
    fs::create_dir(&data).expect("a writable directory");
    fs::set_permissions(&data, fs::Permissions::from_mode(0o750)).expect("our directory");
    let server = setup.start();
    let mode = fs::metadata(server.data())
        .expect("a directory")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o750);
}

#[tokio::test]
async fn keeps_the_key() {
    let mut server = Database::Sqlite.server_with_defaults().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let key = server.file("data/secret.key");
    server.restart().await;
    assert_eq!(server.file("data/secret.key"), key);
    assert_eq!(server.account().list_tokens(&token).await, [token]);
}

#[tokio::test]
async fn each_server_has_a_key_of_its_own() {
    let first = Database::Sqlite.server_with_defaults().start();
    let second = Database::Sqlite.server_with_defaults().start();
    assert_ne!(
        first.file("data/secret.key"),
        second.file("data/secret.key")
    );
}

#[tokio::test]
async fn makes_no_key_where_one_is_configured() {
    let key = "b2xkIGtleSBvbGQga2V5IG9sZCBrZXkgb2xkIGtleSE=";
    let server = Database::Sqlite
        .server_with_defaults()
        .set("secret_key", key)
        .start();
    assert!(
        !server.data().join("secret.key").exists(),
        "nobody asked for it"
    );
}
