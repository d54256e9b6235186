//! Copies that are killed, and those whose rows somebody has changed.

use std::thread;
use std::time::Duration;

use azuma_tests::postgres::Cluster;
use azuma_tests::process::{Signal, send};
use azuma_tests::server::Setup;

use super::{FILE, add_users, ask, copy, file_of, server, wait_for_table};

const USERS: usize = 30_000;

/// Copies and is killed so long after it began to write.
fn kill_a_copy(setup: &Setup, url: &str, after: Duration) {
    let killed = setup.run_while(&["copy", "--from", FILE, "--to", url], |child| {
        wait_for_table(url, "unfinished_copy");
        thread::sleep(after);
        send(child, Signal::Kill);
    });
    assert!(!killed.status.success(), "it was done: {}", killed.stdout);
}

fn expect_refused(setup: &Setup, url: &str) {
    let on_copy = setup.clone().set("database.url", url);
    for command in [&["serve"][..], &["user", "list"], &["migrate"]] {
        let finished = on_copy.run(command);
        let said = finished.complaint();
        assert!(said.contains("is not finished"), "{said}");
    }
}

#[tokio::test]
async fn a_copy_that_is_killed_goes_on_where_it_was_and_is_not_served_from_before() {
    let mut server = server();
    server.terminate().await;
    let setup = server.setup();
    add_users(&file_of(setup), USERS);
    let url = Cluster::shared().create_database();
    for millis in [0, 40, 90, 150] {
        kill_a_copy(setup, &url, Duration::from_millis(millis));
        expect_refused(setup, &url);
    }
    let finished = copy(setup, FILE, &url);
    assert!(finished.success().contains(&format!("users: {USERS}")));
    assert_eq!(ask(&url, "SELECT count(*) FROM users"), USERS.to_string());
    setup.elsewhere().set("database.url", &url).start();
}

#[tokio::test]
async fn a_copy_that_was_killed_before_it_made_tables_goes_on_and_is_not_served_from_before() {
    let mut server = server();
    server.terminate().await;
    let setup = server.setup();
    let url = Cluster::shared().create_database();
    ask(
        &url,
        "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, \
         run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP); \
         INSERT INTO __diesel_schema_migrations (version) VALUES ('copy')",
    );
    expect_refused(setup, &url);
    let plan = setup.clone().set("database.url", &url);
    let plan = plan.run(&["migrate", "--plan"]);
    assert_eq!(plan.status.code(), Some(4));
    assert!(plan.stderr.contains("is not finished"), "{}", plan.stderr);
    copy(setup, FILE, &url).success();
    setup.elsewhere().set("database.url", &url).start();
}

#[tokio::test]
async fn an_unfinished_copy_is_not_backed_up() {
    let mut server = server();
    server.terminate().await;
    let setup = server.setup();
    file_of(setup).ask("INSERT INTO __diesel_schema_migrations (version) VALUES ('copy')");
    let finished = setup.run(&["backup", "backup"]);
    let said = finished.complaint();
    assert!(said.contains("has not finished"), "{said}");
}

#[tokio::test]
async fn a_row_that_was_changed_is_found_and_the_copy_is_not_served_from() {
    let mut server = server();
    server.terminate().await;
    let setup = server.setup();
    add_users(&file_of(setup), USERS);
    for tampering in [
        "UPDATE users SET password_hash = 'y' WHERE id = (SELECT min(id::text)::uuid FROM users)",
        "DELETE FROM users WHERE id = (SELECT min(id::text)::uuid FROM users)",
    ] {
        let url = Cluster::shared().create_database();
        // Longer each time, as a busy machine takes longer to begin.
        let mut pause = Duration::ZERO;
        kill_a_copy(setup, &url, pause);
        while ask(&url, "SELECT count(*) > 1 FROM users") != "t" {
            pause += Duration::from_millis(30);
            kill_a_copy(setup, &url, pause);
        }
        ask(&url, tampering);
        let finished = copy(setup, FILE, &url);
        assert_eq!(finished.status.code(), Some(1));
        let said = &finished.stderr;
        assert!(
            said.contains("differs from its source in table users, at or after row 1:"),
            "{said}"
        );
        expect_refused(setup, &url);
    }
}

#[tokio::test]
async fn a_copy_does_not_go_on_from_a_source_that_has_changed() {
    let mut server = server();
    server.terminate().await;
    let setup = server.setup();
    let file = file_of(setup);
    add_users(&file, USERS);
    let url = Cluster::shared().create_database();
    kill_a_copy(setup, &url, Duration::ZERO);
    file.ask("UPDATE invalidation_counter SET number = number + 1");
    let finished = copy(setup, FILE, &url);
    let said = finished.complaint();
    assert!(said.contains("before it changed"), "{said}");
}
