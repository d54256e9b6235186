//! The command line.

use std::fs;

use azuma_tests::server::Setup;
use azuma_tests::{Database, on_both_databases};

#[test]
fn it_tells_its_version() {
    let said = Setup::bare().run(&["--version"]);
    assert_eq!(
        said.success().trim(),
        format!("azuma {}", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn it_explains_its_commands() {
    let finished = Setup::bare().run(&["--help"]);
    let said = finished.success();
    for command in ["serve", "migrate", "config"] {
        assert!(said.contains(command), "{command} in: {said}");
    }
}

#[test]
fn an_unknown_command_is_refused() {
    let finished = Setup::bare().run(&["brew"]);
    assert!(!finished.status.success(), "{}", finished.stdout);
    assert!(finished.stderr.contains("brew"), "{}", finished.stderr);
}

#[test]
fn every_setting_has_a_default() {
    let finished = Setup::bare().run(&["config"]);
    let said = finished.success();
    for default in [
        "127.0.0.1:8080",
        "sqlite://data/azuma.db",
        "azumaneo",
        "azuma@localhost",
    ] {
        assert!(said.contains(default), "{default} in: {said}");
    }
}

#[test]
fn a_file_comes_before_the_defaults_and_the_environment_before_the_file() {
    let setup = Setup::bare().set("mail.from", "environment@example.org");
    let file = setup.home().join("azuma.toml");
    let content = "[instance]\nname = \"of the file\"\n[mail]\nfrom = \"file@example.org\"\n";
    fs::write(&file, content).expect("a writable directory");
    let finished = setup.run(&["--config", "azuma.toml", "config"]);
    let said = finished.success();
    assert!(said.contains("of the file"), "{said}");
    assert!(said.contains("environment@example.org"), "{said}");
    assert!(!said.contains("file@example.org"), "{said}");
}

#[test]
fn printing_the_settings_makes_nothing() {
    let setup = Setup::bare();
    setup.run(&["config"]).success();
    assert!(!setup.home().join("data").exists(), "data was made");
}

#[on_both_databases]
async fn migrating_twice_is_fine(db: Database) {
    let setup = db.server_with_defaults();
    setup.run(&["migrate"]).success();
    setup.run(&["migrate"]).success();
}

#[on_both_databases]
async fn a_migrated_database_serves(db: Database) {
    let setup = db.server();
    setup.run(&["migrate"]).success();
    let server = setup.start();
    server.legacy().register("neo", "secret").await.done(200);
}

#[on_both_databases]
async fn the_settings_are_printed_without_secrets(db: Database) {
    let key = "b2xkIGtleSBvbGQga2V5IG9sZCBrZXkgb2xkIGtleSE=";
    let previous = "bmV3IGtleSBuZXcga2V5IG5ldyBrZXkgbmV3IGtleSE=";
    let setup = db
        .server_with_defaults()
        .set("secret_key", key)
        .set("previous_secret_keys", &format!("[\"{previous}\"]"))
        .set("mail.url", "smtp://postman:mail-secret@mail.example:587");
    let setup = match db {
        Database::Sqlite => setup,
        Database::Postgres => setup.set(
            "database.url",
            "postgres://azuma:database-secret@db.example/azuma",
        ),
    };
    let finished = setup.run(&["config"]);
    let said = finished.success();
    for secret in [key, previous, "mail-secret", "database-secret"] {
        assert!(!said.contains(secret), "{secret} in: {said}");
    }
    assert!(said.contains("mail.example"), "{said}");
}

#[on_both_databases]
async fn serving_is_the_default(db: Database) {
    // Every other test starts the server without a command; with one it is the same.
    let setup = db.server_with_defaults().set("http.listen", "256.0.0.1:0");
    let by_default = setup.run(&[]).complaint().to_owned();
    assert_eq!(setup.run(&["serve"]).complaint(), by_default);
}

#[on_both_databases]
async fn it_stops_when_it_is_asked_to(db: Database) {
    let mut server = db.server().start();
    server.legacy().register("neo", "secret").await.done(200);
    let status = server.terminate().await;
    assert!(status.success(), "{status}: {}", server.output());
}
