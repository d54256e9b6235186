//! What `azuma migrate --plan` says, and that it changes nothing.

use std::fs;

use azuma_tests::server::{Finished, Setup};
use azuma_tests::{Database, on_both_databases, sql};
use serde_json::Value;

const PLAN: &[&str] = &["migrate", "--plan"];

/// The exit code, and how many migrations are in this state.
#[track_caller]
fn expect_plan(setup: &Setup, code: i32, state: &str) -> Vec<String> {
    let finished = setup.run(PLAN);
    expect_code(&finished, code);
    let lines = finished.stdout.lines();
    let named = lines.filter_map(|line| line.strip_prefix(&format!("{state}  ")));
    named.map(str::to_owned).collect()
}

#[track_caller]
fn expect_code(finished: &Finished, code: i32) {
    let Finished { stdout, stderr, .. } = finished;
    assert_eq!(finished.status.code(), Some(code), "{stdout}{stderr}");
    assert_eq!(stderr.is_empty(), code == 0, "{stderr}");
}

#[on_both_databases]
async fn a_plan_tells_what_the_database_has_and_lacks(db: Database) {
    let setup = db.server();
    let pending = expect_plan(&setup, 5, "pending");
    assert_eq!(pending.first().map(String::as_str), Some("0001_accounts"));
    assert_eq!(expect_plan(&setup, 5, "applied"), [""; 0]);
    assert!(!setup.home().join("data").exists(), "a file was made");
    setup.run(&["migrate"]).success();
    assert_eq!(expect_plan(&setup, 0, "applied"), pending);
    let finished = setup.run(&["migrate", "--plan", "--json"]);
    let first = finished.success().lines().next().expect("a line");
    let first: Value = serde_json::from_str(first).expect("JSON");
    assert_eq!(
        first,
        serde_json::json!({"migration": "0001_accounts", "state": "applied"})
    );
}

#[on_both_databases]
async fn a_plan_names_migrations_of_a_later_release_beside_a_running_server(db: Database) {
    let server = db.server().start();
    let later = "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')";
    sql::run(&server, later, later);
    assert_eq!(expect_plan(server.setup(), 0, "unknown"), ["9999"]);
    let breaking = "UPDATE schema_compatibility SET oldest_migration = '9999'";
    sql::run(&server, breaking, breaking);
    assert_eq!(expect_plan(server.setup(), 4, "unknown"), ["9999"]);
    server.legacy().register("neo", "secret").await.done(200);
}

#[test]
fn a_plan_leaves_an_empty_file_empty() {
    let setup = Setup::sqlite();
    let data = setup.home().join("data");
    let file = data.join("azuma.db");
    let made = fs::create_dir(&data).and_then(|()| fs::write(&file, ""));
    made.expect("a writable directory");
    assert!(!expect_plan(&setup, 5, "pending").is_empty());
    assert_eq!(fs::read(&file).expect("the file"), [0; 0]);
    let beside = fs::read_dir(&data).expect("the directory").count();
    assert_eq!(beside, 1, "nothing but the file is there");
}

#[test]
fn a_database_that_cannot_be_asked_has_no_plan() {
    let setup = Setup::postgres("postgres://azuma:database-secret@127.0.0.1:1/azuma");
    let finished = setup.run(PLAN);
    expect_code(&finished, 1);
    assert!(
        !finished.stderr.contains("database-secret"),
        "{}",
        finished.stderr
    );
    expect_code(&setup.run(&["migrate", "--json"]), 2);
}
