//! The first start with nothing configured.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use azuma_tests::Database;
use azuma_tests::people::Person;

fn mode(path: &Path) -> u32 {
    let metadata = fs::metadata(path).expect("it is there");
    metadata.permissions().mode() & 0o777
}

#[tokio::test]
async fn makes_data_and_a_key_of_its_own_that_only_its_owner_reads_and_keeps_them() {
    let mut server = Database::Sqlite.server_with_defaults().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let data = server.data();
    assert!(data.join("azuma.db").is_file(), "the database");
    assert_eq!(mode(&data.join("secret.key")), 0o600);
    for directory in [data.clone(), data.join("mail")] {
        assert_eq!(mode(&directory), 0o700, "{}", directory.display());
    }
    let key = server.file("data/secret.key");
    let another = Database::Sqlite.server_with_defaults().start();
    assert_ne!(another.file("data/secret.key"), key);
    server.restart().await;
    assert_eq!(server.file("data/secret.key"), key);
    assert_eq!(server.account().list_tokens(&token).await, [token]);
}

#[tokio::test]
async fn leaves_a_directory_as_open_as_it_is_and_makes_no_key_where_one_is_configured() {
    let key = "b2xkIGtleSBvbGQga2V5IG9sZCBrZXkgb2xkIGtleSE=";
    let setup = Database::Sqlite.server_with_defaults();
    let data = setup.home().join("data");
    fs::create_dir(&data).expect("a writable directory");
    fs::set_permissions(&data, Permissions::from_mode(0o750)).expect("our directory");
    let _server = setup.set("secret_key", key).start();
    assert_eq!(mode(&data), 0o750);
    assert!(!data.join("secret.key").exists(), "nobody asked for it");
}
