//! What `azuma doctor` finds.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use azuma_tests::people::Person;
use azuma_tests::server::{Finished, Setup};
use azuma_tests::{Database, on_both_databases};
use serde_json::Value;

const ANOTHER_KEY: &str = "bmV3IGtleSBuZXcga2V5IG5ldyBrZXkgbmV3IGtleSE=";

/// The levels and sentences about a subject.
#[track_caller]
fn found(finished: &Finished, subject: &str) -> Vec<(String, String)> {
    let lines = finished.stdout.lines();
    let findings = lines.map(|line| serde_json::from_str(line).expect("JSON"));
    findings
        .filter(|finding: &Value| finding["subject"] == subject)
        .map(|finding| {
            let text = |field: &str| finding[field].as_str().unwrap_or_default().to_owned();
            (text("level"), text("found"))
        })
        .collect()
}

fn examined(setup: &Setup) -> Finished {
    setup.run(&["doctor", "--json"])
}

#[on_both_databases]
async fn a_server_that_works_has_no_error_and_goes_on(db: Database) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let finished = examined(server.setup());
    assert!(finished.status.success(), "{}", finished.stdout);
    for subject in ["database", "migrations", "clock", "key"] {
        let about = found(&finished, subject);
        assert!(!about.is_empty(), "{subject}");
        assert!(about.iter().all(|(level, _)| level == "ok"), "{about:?}");
    }
    let derives = |(_, found): &(String, String)| found.contains("the tokens of 1 session");
    assert!(
        found(&finished, "key").iter().any(derives),
        "{}",
        finished.stdout
    );
    server.azuma().own_user(&token).await.done(200);
    let people = server.setup().run(&["doctor"]);
    assert!(
        people.success().starts_with("ok       configuration  "),
        "{}",
        people.stdout
    );
}

#[tokio::test]
async fn a_restored_database_is_looked_at_and_stays_as_it_is() {
    let server = Database::Sqlite.server().start();
    server.azuma().sign_up(&Person::named("neo")).await;
    server.setup().run(&["backup", "backup"]).success();
    let elsewhere = server.setup().elsewhere();
    let backup = server.setup().home().join("backup");
    let backup = backup.to_str().expect("a plain path");
    let restored = elsewhere.run(&["restore", backup, "--keep-sessions"]);
    restored.success();
    let file = elsewhere.home().join("data/azuma.db");
    let before = fs::read(&file).expect("a database");
    let finished = examined(&elsewhere);
    let derives = |(_, found): &(String, String)| found.contains("the tokens of 1 session");
    assert!(
        found(&finished, "key").iter().any(derives),
        "{}",
        finished.stdout
    );
    let after = fs::read(&file).expect("a database");
    assert!(before == after, "its bytes are others");
}

#[on_both_databases]
async fn a_key_that_made_no_session_is_an_error(db: Database) {
    let server = db.server().start();
    server.azuma().sign_up(&Person::named("neo")).await;
    let wrong = server.setup().clone().set("secret_key", ANOTHER_KEY);
    let finished = examined(&wrong);
    assert_eq!(finished.status.code(), Some(1), "{}", finished.stdout);
    let about = found(&finished, "key");
    let (level, said) = about.last().expect("a finding");
    assert!(
        level == "error" && said.contains("not the key of any of 1 session"),
        "{said}"
    );
}

#[test]
fn before_the_first_start_nothing_is_made_and_nothing_is_an_error() {
    let setup = Setup::sqlite();
    let finished = examined(&setup);
    assert!(finished.status.success(), "{}", finished.stdout);
    assert_eq!(found(&finished, "key")[0].0, "warning");
    assert!(!setup.home().join("data").exists(), "data was made");
}

#[test]
fn what_cannot_be_reached_is_an_error_within_seconds_and_shows_no_secret() {
    let setup = Setup::postgres("postgres://azuma:hunter2@127.0.0.1:1/azuma")
        .set("mail.url", "smtp://postman:hunter2@127.0.0.1:1")
        .set("http.trusted_proxies", "0.0.0.0/0");
    let finished = examined(&setup);
    assert_eq!(finished.status.code(), Some(1), "{}", finished.stdout);
    for subject in ["database", "migrations", "mail", "proxy"] {
        assert_eq!(found(&finished, subject)[0].0, "error", "{subject}");
    }
    assert!(!finished.stdout.contains("hunter2"), "{}", finished.stdout);
}

#[test]
fn a_configuration_that_is_refused_and_a_secret_that_everybody_can_read_are_told() {
    let setup = Setup::sqlite();
    let refused = examined(&setup.clone().set("http.listne", "x"));
    assert_eq!(refused.status.code(), Some(1), "{}", refused.stdout);
    assert_eq!(found(&refused, "configuration")[0].0, "error");
    let key = setup.home().join("key");
    fs::write(&key, ANOTHER_KEY).expect("a writable directory");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("our file");
    let open = examined(&setup.set("secret_key_file", "key"));
    assert!(open.status.success(), "{}", open.stdout);
    assert_eq!(found(&open, "secrets")[0].0, "warning");
}
