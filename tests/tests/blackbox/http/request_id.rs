//! `X-Request-Id`, and the lines of the log that carry it.

use azuma_tests::people::Person;
use azuma_tests::postgres::Cluster;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;
use serde_json::Value;

#[on_both_databases]
async fn every_answer_has_one(db: Database) {
    let server = db.server().start();
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/nowhere"),
        (Method::PUT, "/users"),
        (Method::POST, "/users"),
        (Method::GET, "/user/self"),
        (Method::GET, "/api/me"),
        (Method::GET, "/account/tokens"),
    ] {
        let answer = server.request(method, path).send().await;
        assert!(
            answer
                .header("X-Request-Id")
                .is_some_and(|id| !id.is_empty()),
            "{path}"
        );
    }
}

#[on_both_databases]
async fn each_answer_has_another(db: Database) {
    let server = db.server().start();
    let first = server.request(Method::GET, "/").send().await;
    let second = server.request(Method::GET, "/").send().await;
    assert_ne!(first.header("X-Request-Id"), second.header("X-Request-Id"));
}

#[on_both_databases]
async fn the_clients_is_not_taken_over(db: Database) {
    let server = db.server().start();
    let request = server
        .request(Method::GET, "/")
        .header("X-Request-Id", "of-the-client");
    let answer = request.send().await;
    assert_ne!(answer.header("X-Request-Id"), Some("of-the-client"));
    assert!(
        !server.output().contains("of-the-client"),
        "the client writes our log"
    );
}

#[on_both_databases]
async fn ids_do_not_count_requests(db: Database) {
    let server = db.server().set("http.workers", "1").start();
    let mut numbers = Vec::new();
    for _ in 0..20 {
        let answer = server.request(Method::GET, "/").send().await;
        let id = answer.header("X-Request-Id").expect("an id");
        assert_eq!(id.len(), 16, "{id}");
        numbers.push(u64::from_str_radix(id, 16).expect("hex digits"));
    }
    numbers.sort_unstable();
    let are_far = |pair: &[u64]| pair[1] - pair[0] > 1_000;
    assert!(numbers.windows(2).all(are_far), "{numbers:?}");
}

fn logging_in(db: Database, format: &str) -> Server {
    let setup = db.server().set("telemetry.log_format", format);
    setup.set("telemetry.log_filter", "warn,azuma=info").start()
}

/// Has logins refused, which the infrastructure logs, and answers the ids of the refusals.
async fn refuse_logins(server: &mut Server) -> Vec<String> {
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    let wrong = server.azuma().login(&neo.name, "wrong").await;
    let unknown = server.legacy().login("nobody", "wrong").await;
    let ids = [wrong.header("X-Request-Id"), unknown.header("X-Request-Id")];
    let ids = ids.map(|id| id.expect("an id").to_owned());
    server.terminate().await;
    ids.to_vec()
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
    let id = login.header("X-Request-Id").expect("an id").to_owned();
    server.terminate().await;
    let output = server.output();
    let lines = output
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let again = lines.filter(|line| line["message"] == "running a unit of work again");
    let mut ids = again.filter_map(|line| line["request_id"].as_str().map(str::to_owned));
    assert!(ids.any(|told| told == id), "{id} in: {output}");
}
