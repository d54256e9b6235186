//! Content types and sizes of bodies.

use azuma_tests::clients::exchange;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;

/// A login in the words of every dialect.
const LOGIN: &str = r#"{"name": "neo", "username": "neo", "password": "the-secret-of-neo"}"#;

/// A login of this many bytes, with an unknown field.
fn login_of(bytes: usize) -> String {
    let start = LOGIN.trim_end_matches('}').to_owned() + r#", "padding": [null, ""#;
    let end = "\"]}";
    let padding = "x".repeat(bytes - start.len() - end.len());
    start + &padding + end
}

#[on_both_databases]
async fn json_is_read_up_to_16_kib_without_a_content_type_or_with_a_charset(db: Database) {
    let server = db.server().start();
    server.azuma().sign_up(&Person::named("neo")).await;
    let request = |body: &str| server.request(Method::POST, "/user/login").body(body);
    let charset = "application/json; charset=utf-8";
    request(LOGIN).send().await.done(200);
    let named = request(LOGIN).header("Content-Type", charset);
    named.send().await.done(200);
    request(&login_of(16 * 1024)).send().await.done(200);
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
            let request = server.request(Method::POST, path).body(LOGIN);
            let answer = request.header("Content-Type", other).send().await;
            assert_eq!(answer.status, 400, "{other} at {path}: {}", answer.text());
        }
    }
}

#[on_both_databases]
async fn a_larger_body_is_too_large_sized_or_in_chunks(db: Database) {
    let server = db.server().start();
    let body = login_of(16 * 1024 + 1);
    let request = |path: &str| server.request(Method::POST, path).json_text(body.as_str());
    let answer = request("/user/login").send().await;
    answer.refused(413, "PAYLOAD_TOO_LARGE");
    let answer = request("/api/login").send().await;
    answer.refused_with_code(413, "PAYLOAD_TOO_LARGE");
    let chunk = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    for (length, body) in [
        ("Content-Length: 100000000", body.as_str()),
        ("Transfer-Encoding: chunked", &chunk),
    ] {
        let head = "POST /user/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
        let request = format!("{head}{length}\r\n\r\n{body}");
        let answer = exchange(server.address(), request.as_bytes());
        assert_eq!(answer.status, Some(413), "{}", answer.text);
    }
}
