//! How many files a server may open.

use std::fs;

use azuma_tests::Database;
use azuma_tests::server::Server;

/// The limits that the kernel holds the server to, the present and the highest.
fn limits(server: &Server) -> (String, String) {
    let limits = format!("/proc/{}/limits", server.process_id());
    let limits = fs::read_to_string(limits).expect("a running server");
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"));
    let mut words = line.expect("the limit").split_whitespace();
    let mut word = || words.next().expect("a number").to_owned();
    (word(), word())
}

#[tokio::test]
async fn the_limit_is_raised_as_far_as_it_may_be_and_told() {
    let server = Database::Sqlite.server().open_files(64, 4321).start();
    assert_eq!(limits(&server), ("4321".to_owned(), "4321".to_owned()));
    let said = server.output();
    assert!(said.contains("4321") && !said.contains("WARN"), "{said}");
}

#[tokio::test]
async fn a_limit_that_few_clients_reach_is_a_warning() {
    let server = Database::Sqlite.server().open_files(512, 512).start();
    server.azuma().index().await.done(200);
    let said = server.output();
    let warning = said.lines().find(|line| line.contains("WARN"));
    assert!(warning.is_some_and(|line| line.contains("512")), "{said}");
}

#[test]
fn too_few_stop_the_start() {
    let finished = Database::Sqlite.server().open_files(20, 20).run(&[]);
    let said = finished.complaint();
    assert!(said.contains("20") && said.contains("open"), "{said}");
}
