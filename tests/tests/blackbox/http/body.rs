//! Content types and sizes of bodies.

use azuma_tests::clients::exchange;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;

const LOGIN: &str = r#"{"name": "neo", "password": "the-secret-of-neo"}"#;

/// A login of so many bytes, with a field that nobody asked for.
fn login_of(bytes: usize) -> String {
    let frame = format!("{}, \"padding\": \"\"}}", LOGIN.trim_end_matches('}')).len();
    let padding = "x".repeat(bytes - frame);
    let body = format!(
        "{}, \"padding\": \"{padding}\"}}",
        LOGIN.trim_end_matches('}')
    );
    assert_eq!(body.len(), bytes);
    body
}

#[on_both_databases]
async fn json_may_go_without_a_content_type(db: Database) {
    let server = db.server().start();
    server.azuma().sign_up(&Person::named("neo")).await;
    server
        .request(Method::POST, "/user/login")
        .body(LOGIN)
        .send()
        .await
        .done(200);
}

#[on_both_databases]
async fn json_may_name_its_charset(db: Database) {
    let server = db.server().start();
    server.azuma().sign_up(&Person::named("neo")).await;
    let request = server.request(Method::POST, "/user/login").body(LOGIN);
    let request = request.header("Content-Type", "application/json; charset=utf-8");
    request.send().await.done(200);
}

#[on_both_databases]
async fn another_content_type_is_a_bad_request(db: Database) {
    let server = db.server().start();
    server.azuma().sign_up(&Person::named("neo")).await;
    for other in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "nonsense",
    ] {
        for path in ["/user/login", "/api/login", "/account/authenticate"] {
            let request = server
                .request(Method::POST, path)
                .body(LOGIN.replace("name", "username"));
            let answer = request.header("Content-Type", other).send().await;
            assert_eq!(answer.status, 400, "{other} at {path}: {}", answer.text());
        }
    }
}

#[on_both_databases]
async fn unknown_fields_are_ignored(db: Database) {
    let server = db.server().start();
    server.azuma().sign_up(&Person::named("neo")).await;
    let body =
        r#"{"name": "neo", "password": "the-secret-of-neo", "remember": [true, {"a": null}]}"#;
    server
        .request(Method::POST, "/user/login")
        .json_text(body)
        .send()
        .await
        .done(200);
}

#[on_both_databases]
async fn a_body_of_16_kib_is_read(db: Database) {
    let server = db.server().start();
    server.azuma().sign_up(&Person::named("neo")).await;
    let request = server
        .request(Method::POST, "/user/login")
        .json_text(login_of(16 * 1024));
    request.send().await.done(200);
}

#[on_both_databases]
async fn a_larger_body_is_too_large(db: Database) {
    let server = db.server().start();
    server.azuma().sign_up(&Person::named("neo")).await;
    let request = server
        .request(Method::POST, "/user/login")
        .json_text(login_of(16 * 1024 + 1));
    request.send().await.refused(413, "PAYLOAD_TOO_LARGE");
}

#[on_both_databases]
async fn a_larger_body_is_too_large_in_the_legacy_dialect_with_its_code(db: Database) {
    let server = db.server().start();
    let request = server
        .request(Method::POST, "/api/login")
        .json_text(login_of(16 * 1024 + 1));
    request
        .send()
        .await
        .refused_with_code(413, "PAYLOAD_TOO_LARGE");
}

#[on_both_databases]
async fn a_body_that_says_it_is_larger_is_too_large(db: Database) {
    let server = db.server().start();
    let body = login_of(20_000);
    let request = format!(
        "POST /user/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100000000\r\n\r\n{body}"
    );
    let answer = exchange(server.address(), request.as_bytes());
    assert_eq!(answer.status, Some(413), "{}", answer.text);
}

#[on_both_databases]
async fn a_body_in_chunks_is_measured_too(db: Database) {
    let server = db.server().start();
    let body = login_of(20_000);
    let request = format!(
        "POST /user/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n\
         {:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    let answer = exchange(server.address(), request.as_bytes());
    assert_eq!(answer.status, Some(413), "{}", answer.text);
}
