//! One log line a request.

use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};
use serde_json::Value;

/// The lines of the access log so far, which must be in JSON.
fn lines(server: &Server) -> Vec<Value> {
    let output = server.output();
    let lines = output
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines
        .filter(|line| line["target"] == "azuma::access")
        .collect()
}

/// The line of the request with this id.
fn line_of(lines: &[Value], request_id: &str) -> Value {
    let found: Vec<_> = lines
        .iter()
        .filter(|line| line["request_id"] == request_id)
        .collect();
    assert_eq!(found.len(), 1, "{request_id} in {lines:#?}");
    found[0].clone()
}

#[on_both_databases]
async fn each_request_is_one_line_that_tells_who_asked_for_what_and_holds_no_secret(db: Database) {
    let setup = db.server().set("telemetry.access_log", "true");
    let mut server = setup.set("telemetry.log_format", "json").start();
    let neo = Person::named("neo");
    let first = server.azuma().sign_up(&neo).await;
    let user = server.azuma().own_user(&first).await.success(200).id;
    let login = server.azuma().login(&neo.name, &neo.password).await;
    login.done(200);
    let self_again = server.azuma().own_user(&first).await;
    let by_id = server.get(&format!("/user/{user}?token={first}"));
    let by_id = by_id.bearer(&first).send().await;
    by_id.done(200);
    let unknown = server.get("/secret/in/the/path").send().await;
    unknown.done(404);
    let odd = server.request("BREW".parse().expect("a method"), "/user/login");
    let odd = odd.send().await;
    odd.done(405);
    server.terminate().await;

    let lines = lines(&server);
    for (request_id, method, route, status, told) in [
        (login.request_id(), "POST", "/user/login", 200, Some(&user)),
        (
            self_again.request_id(),
            "GET",
            "/user/self",
            200,
            Some(&user),
        ),
        (by_id.request_id(), "GET", "/user/{id}", 200, Some(&user)),
        (unknown.request_id(), "GET", "", 404, None),
        (odd.request_id(), "_OTHER", "/user/login", 405, None),
    ] {
        let line = line_of(&lines, request_id);
        assert_eq!(line["method"], method, "{line}");
        assert_eq!(line["route"], route, "{line}");
        assert_eq!(line["status"], status, "{line}");
        assert_eq!(line["client"], "127.0.0.1", "{line}");
        assert_eq!(line["user"].as_str(), told.map(String::as_str), "{line}");
        let took = line["duration_ms"].as_f64().expect("a number");
        let database = line["database_ms"].as_f64().expect("a number");
        assert!(took > 0.0 && database <= took, "{line}");
    }
    let database_of = |id| line_of(&lines, id)["database_ms"].as_f64();
    assert!(database_of(login.request_id()) > Some(0.0));
    assert_eq!(
        database_of(self_again.request_id()),
        Some(0.0),
        "memory answers"
    );
    let output = server.output();
    for secret in [first.as_str(), neo.password.as_str(), "/secret"] {
        assert!(!output.contains(secret), "{secret} in {output}");
    }
}

#[on_both_databases]
async fn by_default_no_request_is_logged(db: Database) {
    let mut server = db.server().set("telemetry.log_format", "json").start();
    server.azuma().index().await.done(200);
    server.terminate().await;
    assert_eq!(lines(&server), [] as [Value; 0]);
}
