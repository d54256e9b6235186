//! What an error tells besides its code.

use azuma_tests::clients::Answer;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;
use serde_json::{Value, json};

const PROBLEM: &str = "application/problem+json";

#[on_both_databases]
async fn a_refused_request_is_told_which_field_breaks_which_rule(db: Database) {
    let server = db.server().set("passwords.min_length", "12").start();
    let user = |field: &str, value: Value| {
        let mut user = json!({
            "name": "neo", "username": "neo", "email": "neo@example.org", "password": "hunter2hunter2"
        });
        user[field] = value;
        user
    };
    for (path, body, status, detail) in [
        (
            "/users",
            json!({"name": "neo"}),
            400,
            "the field `email` is missing",
        ),
        (
            "/users",
            user("name", json!(4711)),
            400,
            "the field `name` has another type than it must have",
        ),
        (
            "/api/register",
            user("name", json!("")),
            400,
            "a user name must have 1 to 64 characters that RFC 8265 allows",
        ),
        (
            "/users",
            user("password", json!("hunter2")),
            400,
            "a new password must have at least 12 characters",
        ),
        (
            "/account/register",
            user("email", json!("hunter2")),
            422,
            "an e-mail address must be `name@domain` with ASCII before the `@`, a valid domain and at most 254 bytes",
        ),
    ] {
        let answer = server.post(path, &body).send().await;
        assert_eq!(answer.status, status, "{path} {body}");
        let refusal = answer.refusal();
        assert_eq!(refusal.detail.as_deref(), Some(detail), "{path} {body}");
        assert!(!answer.text().contains("hunter2") && !answer.text().contains("4711"));
    }
}

#[tokio::test]
async fn a_refused_password_that_is_compared_is_told_by_its_own_name_and_rule() {
    let strict = Database::Sqlite.server();
    let server = strict.set("passwords.require_current", "true").start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let login = json!({"name": "neo", "username": "neo", "password": ""});
    let update = json!({"password": "good", "current_password": ""});
    let compared = "the password must have 1 to 1,024 bytes";
    let current = "`current_password` must have 1 to 1,024 bytes";
    for (method, path, body, detail) in [
        (Method::POST, "/user/login", &login, compared),
        (Method::POST, "/api/login", &login, compared),
        (Method::POST, "/account/authenticate", &login, compared),
        (Method::PATCH, "/user/update", &update, current),
        (Method::DELETE, "/user/self", &update, current),
    ] {
        let request = server.request(method, path).bearer(&token);
        let answer = request.json(body).send().await;
        assert_eq!(answer.refusal().detail.as_deref(), Some(detail), "{path}");
    }
}

#[tokio::test]
async fn a_refused_query_is_told_which_field_breaks_which_rule() {
    let server = Database::Sqlite.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let service = server.service("chat").token.clone();
    let limit = "`limit` in the query must be a whole number from 1 to 100";
    let before = "`before` in the query must be the `next` of another page";
    for (token, path, detail) in [
        (&token, "/user/events?limit=0", limit),
        (&token, "/user/events?limit=x&before=x", limit),
        (&token, "/user/events?limit=9&before=hunter2", before),
        (
            &service,
            "/service/changes?wait=0&after=a&after=a",
            "`after` comes more than once in the query",
        ),
        (
            &service,
            "/service/changes?wait=31",
            "`wait` in the query must be a whole number from 0 to 30",
        ),
        (
            &service,
            "/service/users?ids=hunter2&ids=x",
            "`ids` comes more than once in the query",
        ),
    ] {
        let answer = server.get(path).bearer(token).send().await;
        assert_eq!(answer.status, 400, "{path}");
        assert_eq!(answer.refusal().detail.as_deref(), Some(detail), "{path}");
    }
}

#[tokio::test]
async fn an_error_that_is_no_fault_of_a_field_has_no_detail() {
    let server = Database::Sqlite.server().start();
    let answer = server.azuma().login("nobody", "hunter2").await;
    assert_eq!(answer.text(), r#"{"message":"NOT_FOUND"}"#);
}

fn problem<T>(answer: &Answer<T>) -> Value {
    assert_eq!(answer.header("Content-Type"), Some(PROBLEM));
    serde_json::from_str(&answer.text()).expect("JSON")
}

#[tokio::test]
async fn whoever_accepts_problems_is_told_errors_as_problems() {
    let server = Database::Sqlite.server().start();
    let login = server.post("/api/login", &json!({"name": "neo"}));
    let answer = login.header("Accept", "application/json, application/problem+json");
    let expected = json!({
        "type": "about:blank", "title": "Bad Request", "status": 400, "code": 400,
        "message": "BAD_REQUEST", "detail": "the field `password` is missing"
    });
    assert_eq!(problem(&answer.send().await), expected);
    let unknown = server.get("/nowhere").header("Accept", PROBLEM);
    let expected =
        json!({"type": "about:blank", "title": "Not Found", "status": 404, "message": "NOT_FOUND"});
    assert_eq!(problem(&unknown.send().await), expected);
}

#[tokio::test]
async fn whoever_does_not_accept_problems_is_told_none_and_pages_stay_pages() {
    let server = Database::Sqlite.server().start();
    for accepted in ["*/*", "application/*", "application/problem+json;q=0", ";;"] {
        let answer = server
            .get("/nowhere")
            .header("Accept", accepted)
            .send()
            .await;
        assert_eq!(answer.text(), r#"{"message":"NOT_FOUND"}"#, "{accepted}");
    }
    let page = server
        .get("/verify?token=x")
        .header("Accept", PROBLEM)
        .send()
        .await;
    assert_eq!(
        page.header("Content-Type"),
        Some("text/html; charset=utf-8")
    );
    let fine = server.get("/").header("Accept", PROBLEM).send().await;
    assert_eq!(fine.header("Content-Type"), Some("application/json"));
}
