//! `X-Request-Id`, and the lines of the log that carry it.

use azuma_tests::people::Person;
use azuma_tests::postgres::Cluster;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};
use serde_json::Value;

#[on_both_databases]
async fn is_not_the_clients_and_counts_no_requests(db: Database) {
    let server = db.server().set("http.workers", "1").start();
    let mut numbers = Vec::new();
    for _ in 0..20 {
        let request = server.get("/").header("X-Request-Id", "of-the-client");
        let answer = request.send().await;
        let number = u64::from_str_radix(answer.request_id(), 16);
        numbers.push(number.expect("hex digits"));
    }
    numbers.sort_unstable();
    let are_far = |pair: &[u64]| pair[1] - pair[0] > 1_000;
    assert!(numbers.windows(2).all(are_far), "{numbers:?}");
    let output = server.output();
    assert!(!output.contains("of-the-client"), "{output}");
}

fn logging_in(db: Database, format: &str) -> Server {
    let setup = db.server().set("telemetry.log_format", format);
    setup.set("telemetry.log_filter", "warn,azuma=info").start()
}

/// Sends two logins that are refused and logged, stops the server, and returns the request ids of the two answers.
async fn refuse_logins(server: &mut Server) -> [String; 2] {
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    let wrong = server.azuma().login(&neo.name, "wrong").await;
    let unknown = server.legacy().login("nobody", "wrong").await;
    server.terminate().await;
    [wrong.request_id(), unknown.request_id()].map(str::to_owned)
}

#[on_both_databases]
async fn json_lines_carry_the_id_of_their_request(db: Database) {
    let mut server = logging_in(db, "json");
    let ids = refuse_logins(&mut server).await;
    let mut told = Vec::new();
    for line in server.output().lines() {
        let line: Value = serde_json::from_str(line).expect("a line of JSON");
        match line["event"].as_str() {
            Some("login_refused") => {
                told.push(line["request_id"].as_str().expect("an id").to_owned());
            }
            _ => assert_eq!(line["request_id"], Value::Null, "{line}"),
        }
    }
    assert_eq!(told, ids);
}

#[on_both_databases]
async fn lines_for_people_carry_the_id_of_their_request(db: Database) {
    let mut server = logging_in(db, "pretty");
    let ids = refuse_logins(&mut server).await;
    let mut told = Vec::new();
    for line in server.output().lines() {
        let id = line
            .rsplit_once(" request_id=")
            .map(|(_, id)| id.to_owned());
        assert_eq!(line.contains("login_refused"), id.is_some(), "{line}");
        told.extend(id);
    }
    assert_eq!(told, ids);
}

#[tokio::test]
async fn lines_of_a_thread_that_works_for_a_request_carry_its_id_on_postgres() {
    let url = Cluster::shared().create_database();
    let (_, name) = url.rsplit_once('/').expect("a URL with a path");
    let setup = Database::Postgres.server().set("database.url", &url);
    let setup = setup.set("telemetry.log_filter", "info,azuma_infra=debug");
    let mut server = setup.set("telemetry.log_format", "json").start();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    let cut =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}';");
    Cluster::shared().sql("postgres", &cut);
    let login = server.azuma().login(&neo.name, &neo.password).await;
    login.done(200);
    let id = login.request_id();
    server.terminate().await;
    let output = server.output();
    let lines = output
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let again = lines.filter(|line| line["message"] == "running a unit of work again");
    let mut ids = again.filter_map(|line| line["request_id"].as_str().map(str::to_owned));
    assert!(ids.any(|told| told == id), "{id} in: {output}");
}
