//! What a server says of itself to whoever watches it, and `azuma health`.

use azuma_tests::certificates::Certificates;
use azuma_tests::deadline::Deadline;
use azuma_tests::people::Person;
use azuma_tests::postgres::Cluster;
use azuma_tests::process::Signal;
use azuma_tests::server::{Server, Setup};
use azuma_tests::{Database, on_both_databases, sql};
use serde_json::{Value, json};

/// Asks whether it is ready until the status is the expected one.
async fn wait_for_status(server: &Server, expected: u16) -> Value {
    let deadline = Deadline::in_seconds(30);
    loop {
        let answer = server.get("/readyz").send().await;
        if answer.status == expected {
            return serde_json::from_slice(&answer.body).expect("JSON");
        }
        let (status, text) = (answer.status, answer.text());
        assert!(!deadline.is_over(), "still {status}: {text}");
        deadline.step().await;
    }
}

fn all_is_well() -> Value {
    json!({"ready": true, "database": "ok", "migrations": "ok", "server": "ok"})
}

#[on_both_databases]
async fn a_server_is_ready_from_the_start_for_whoever_asks_however_often(db: Database) {
    let server = db.server_with_defaults().start();
    for _ in 0..500 {
        let answer = server.get("/readyz").send().await;
        let text = answer.text();
        let said: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!((answer.status, said), (200, all_is_well()), "{text}");
        assert_eq!(answer.header("Set-Cookie"), None);
    }
    let answer = server.get("/livez").send().await;
    assert_eq!(
        (answer.status, answer.text()),
        (200, r#"{"alive":true}"#.to_owned())
    );
    assert_eq!(answer.header("Set-Cookie"), None);
}

#[tokio::test]
async fn it_is_alive_but_not_ready_while_its_database_is_away() {
    let cluster = Cluster::start();
    let setup = Setup::postgres(&cluster.create_database());
    let server = setup.for_tests().start();
    wait_for_status(&server, 200).await;
    cluster.stop();
    let said = wait_for_status(&server, 503).await;
    let expected = json!({
        "ready": false, "database": "unavailable", "migrations": "unknown", "server": "ok"
    });
    assert_eq!(said, expected);
    server.get("/livez").send().await.done(200);
    cluster.resume();
    assert_eq!(wait_for_status(&server, 200).await, all_is_well());
}

#[on_both_databases]
async fn it_is_not_ready_without_its_migrations_or_with_those_of_an_incompatible_release(
    db: Database,
) {
    let server = db.server().start();
    let newest = "(SELECT max(version) FROM __diesel_schema_migrations)";
    for (script, undo, expected) in [
        (
            format!(
                "UPDATE __diesel_schema_migrations SET version = 'x' || version WHERE version = {newest}"
            ),
            format!(
                "UPDATE __diesel_schema_migrations SET version = substr(version, 2) WHERE version = {newest}"
            ),
            "missing",
        ),
        (
            "UPDATE schema_compatibility SET oldest_migration = '9999';
             INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')"
                .to_owned(),
            "UPDATE schema_compatibility SET oldest_migration = '0001';
             DELETE FROM __diesel_schema_migrations WHERE version = '9999'"
                .to_owned(),
            "incompatible",
        ),
    ] {
        sql::run(&server, &script, &script);
        let said = wait_for_status(&server, 503).await;
        assert_eq!(said["migrations"], expected, "{said}");
        assert_eq!(said["database"], "ok", "{said}");
        sql::run(&server, &undo, &undo);
        wait_for_status(&server, 200).await;
    }
    let later = "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')";
    sql::run(&server, later, later);
    let since = Deadline::in_seconds(3);
    while !since.is_over() {
        server.get("/readyz").send().await.done(200);
        since.step().await;
    }
}

#[on_both_databases]
async fn once_it_is_told_to_stop_it_is_not_ready_and_answers_for_a_while(db: Database) {
    let mut server = db.server().set("http.shutdown_delay", "3s").start();
    wait_for_status(&server, 200).await;
    server.signal(Signal::Terminate);
    let said = wait_for_status(&server, 503).await;
    let expected = json!({
        "ready": false, "database": "ok", "migrations": "ok", "server": "stopping"
    });
    assert_eq!(said, expected);
    server.azuma().sign_up(&Person::named("neo")).await;
    server.get("/livez").send().await.done(200);
    assert!(server.ended().await.success());
}

/// The settings of a server with its address in place of port 0.
fn settings_of(server: &Server) -> Setup {
    let address = server.address().to_string();
    server.setup().clone().set("http.listen", &address)
}

#[on_both_databases]
async fn azuma_health_tells_by_its_exit_code_and_one_line_whether_the_server_is_ready(
    db: Database,
) {
    let mut server = db.server().start();
    let setup = settings_of(&server);
    assert_eq!(setup.run(&["health"]).success(), "ready\n");
    let everywhere = format!("0.0.0.0:{}", server.address().port());
    let by_any_address = setup.clone().set("http.listen", &everywhere);
    assert_eq!(by_any_address.run(&["health"]).success(), "ready\n");
    let later = "UPDATE schema_compatibility SET oldest_migration = '9999';
                 INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')";
    sql::run(&server, later, later);
    wait_for_status(&server, 503).await;
    let refused = setup.run(&["health"]);
    let complaint = refused.complaint();
    assert!(
        complaint.contains("not ready: a later version"),
        "{complaint}"
    );
    server.kill();
    let refused = setup.run(&["health"]);
    let complaint = refused.complaint();
    assert!(complaint.contains("no server answers at"), "{complaint}");
}

#[tokio::test]
async fn azuma_health_asks_over_tls_where_the_server_speaks_it() {
    let setup = Database::Sqlite.server();
    let made = Certificates::create(setup.home());
    let server = setup
        .set(
            "http.tls.certificate",
            &made.certificate.display().to_string(),
        )
        .set("http.tls.key", &made.key.display().to_string())
        .set("http.public_url", "https://localhost")
        .start();
    assert_eq!(settings_of(&server).run(&["health"]).success(), "ready\n");
}

#[test]
fn azuma_health_says_when_it_cannot_know_whom_to_ask() {
    let unknown = Setup::sqlite().run(&["health"]);
    assert!(unknown.complaint().contains("port 0"), "{}", unknown.stderr);
    let other = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = other.local_addr().expect("a bound port").to_string();
    let silent = Setup::bare().set("http.listen", &address).run(&["health"]);
    assert!(
        silent.complaint().contains("did not answer"),
        "{}",
        silent.stderr
    );
}
