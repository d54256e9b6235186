//! The command line.

use std::fs;

use azuma_tests::server::Setup;
use azuma_tests::{Database, on_both_databases};

#[test]
fn it_tells_its_version_explains_its_commands_and_refuses_others() {
    let setup = Setup::bare();
    let version = format!("azuma {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(setup.run(&["--version"]).success(), version);
    let help = setup.run(&["--help"]);
    for command in ["serve", "migrate", "config"] {
        assert!(help.success().contains(command), "{}", help.stdout);
    }
    let unknown = setup.run(&["brew"]);
    assert!(!unknown.status.success(), "{}", unknown.stdout);
    assert!(unknown.stderr.contains("brew"), "{}", unknown.stderr);
}

#[test]
fn settings_come_from_the_environment_then_the_file_then_the_defaults_and_printing_makes_nothing() {
    let setup = Setup::bare().set("mail.from", "environment@example.org");
    let content = "[instance]\nname = \"of the file\"\n[mail]\nfrom = \"file@example.org\"\n";
    fs::write(setup.home().join("azuma.toml"), content).expect("a writable directory");
    let finished = setup.run(&["--config", "azuma.toml", "config"]);
    let said = finished.success();
    for expected in [
        "sqlite://data/azuma.db",
        "of the file",
        "environment@example.org",
    ] {
        assert!(said.contains(expected), "{expected} in: {said}");
    }
    assert!(!said.contains("file@example.org"), "{said}");
    assert!(!setup.home().join("data").exists(), "data was made");
}

#[test]
fn the_settings_are_printed_without_secrets() {
    let key = "b2xkIGtleSBvbGQga2V5IG9sZCBrZXkgb2xkIGtleSE=";
    let previous = "bmV3IGtleSBuZXcga2V5IG5ldyBrZXkgbmV3IGtleSE=";
    let finished = Setup::bare()
        .set("secret_key", key)
        .set("previous_secret_keys", &format!("[\"{previous}\"]"))
        .set("mail.url", "smtp://postman:mail-secret@mail.example:587")
        .set(
            "database.url",
            "postgres://azuma:db-secret@db.example/azuma",
        )
        .run(&["config"]);
    let said = finished.success();
    for secret in [key, previous, "mail-secret", "db-secret"] {
        assert!(!said.contains(secret), "{secret} in: {said}");
    }
    for host in ["mail.example", "db.example"] {
        assert!(said.contains(host), "{host} in: {said}");
    }
}

#[on_both_databases]
async fn a_database_may_be_migrated_twice_before_it_serves(db: Database) {
    let setup = db.server();
    setup.run(&["migrate"]).success();
    setup.run(&["migrate"]).success();
    let server = setup.start();
    server.legacy().register("neo", "secret").await.done(200);
}
