//! What is not copied, or not over.

use azuma_tests::Database;
use azuma_tests::people::Person;
use azuma_tests::postgres::Cluster;

use super::{FILE, copy, file_of, server};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_with_a_running_server_is_not_copied_and_not_copied_over() {
    let on_file = server();
    let on_postgres = Database::Postgres.server().start();
    let url = on_postgres.setup().get("database.url").expect("a URL");
    let elsewhere = on_file.setup().elsewhere();
    for (setup, from, to) in [
        (on_file.setup(), FILE, "sqlite://copy.db"),
        (&elsewhere, url, FILE),
    ] {
        let finished = copy(setup, from, to);
        let said = finished.complaint();
        assert!(said.contains("is in use: first stop all servers"), "{said}");
    }
    on_file.azuma().sign_up(&Person::named("neo")).await;
    on_postgres.azuma().sign_up(&Person::named("neo")).await;
}

#[tokio::test]
async fn a_database_that_holds_something_is_not_copied_over() {
    let mut source = server();
    source.terminate().await;
    let mut other = Database::Postgres.server().start();
    other.azuma().sign_up(&Person::named("neo")).await;
    other.terminate().await;
    let url = other.setup().get("database.url").expect("a URL");
    let finished = copy(source.setup(), FILE, url);
    let said = finished.complaint();
    assert!(said.contains("is not empty"), "{said}");
    other.start_again();
    other.azuma().sign_in(&Person::named("neo")).await;
}

#[tokio::test]
async fn a_source_of_another_schema_is_not_copied() {
    let mut source = server();
    source.terminate().await;
    let setup = source.setup();
    let file = file_of(setup);
    let url = Cluster::shared().create_database();
    for (script, reason) in [
        (
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('9000')",
            "copy with that release",
        ),
        (
            "DELETE FROM __diesel_schema_migrations WHERE version IN ('9000', '0001')",
            "run `azuma migrate` on it first",
        ),
    ] {
        file.ask(script);
        let finished = copy(setup, FILE, &url);
        let said = finished.complaint();
        assert!(said.contains(reason), "{said}");
    }
    for (from, to, reason) in [
        ("sqlite://none.db", url.as_str(), "there is no database at"),
        (FILE, "mysql://x", "`--to` must begin with"),
    ] {
        let finished = copy(setup, from, to);
        let said = finished.complaint();
        assert!(said.contains(reason), "{said}");
    }
}
