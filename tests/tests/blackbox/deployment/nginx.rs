//! A server behind nginx, and HTTP/1.0, which nginx speaks.

use azuma_tests::Database;
use azuma_tests::clients::{Issued, Wire, exchange};
use azuma_tests::nginx::Nginx;
use azuma_tests::people::Person;
use azuma_tests::server::{Server, Setup};
use serde_json::json;

const KEEPALIVE: &str = "proxy_http_version 1.1; proxy_set_header Connection \"\";";

fn setup() -> Setup {
    Database::Sqlite.server()
}

/// What `curl -X` sends: no body, and no length.
fn without_body(request: &str, token: &str) -> Vec<u8> {
    format!("{request}\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n")
        .into_bytes()
}

fn login_body(person: &Person) -> String {
    json!({"name": person.name, "password": person.password}).to_string()
}

fn post(path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

#[tokio::test]
async fn a_request_without_a_body_needs_no_length_behind_nginx_as_it_comes() {
    let server = setup().start();
    let nginx = Nginx::before(server.address(), "");
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    let ask = |request: &str, token: &str| exchange(nginx.address(), &without_body(request, token));
    let answer = ask("POST /user/logout HTTP/1.1", &token);
    assert_eq!(answer.status, Some(204), "{}", answer.text);
    server.azuma().own_user(&token).await.challenged(true);
    let logged_in = exchange(nginx.address(), &post("/user/login", &login_body(&neo)));
    assert_eq!(logged_in.status, Some(200), "{}", logged_in.text);
    let empty = ask("POST /users HTTP/1.1", "");
    assert_eq!(empty.status, Some(400), "{}", empty.text);
    assert!(empty.text.contains("BAD_REQUEST"), "{}", empty.text);
    let token = server.azuma().sign_in(&neo).await;
    let answer = ask("DELETE /user/self HTTP/1.1", &token);
    assert_eq!(answer.status, Some(204), "{}", answer.text);
}

#[tokio::test]
async fn over_http_1_0_each_connection_carries_one_request() {
    let server = setup().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    for request in ["GET /user/self HTTP/1.0", "POST /user/logout HTTP/1.0"] {
        let request = without_body(request, &token);
        let request = String::from_utf8(request).expect("ASCII");
        let request = request.replace("Connection: close", "Connection: keep-alive");
        let mut wire = Wire::to(server.address());
        wire.send(request.as_bytes());
        let answer = wire.answer();
        assert!(matches!(answer.status, Some(200 | 204)), "{}", answer.text);
        assert!(wire.is_closed(), "{}", answer.text);
    }
}

#[tokio::test]
async fn what_follows_a_head_without_a_length_over_http_1_0_is_no_request() {
    let server = setup().start();
    let request = "POST /users HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n";
    let answer = exchange(server.address(), request.as_bytes());
    assert_eq!(answer.text.matches("HTTP/1.").count(), 1, "{}", answer.text);
    assert!(answer.text.contains("BAD_REQUEST"), "{}", answer.text);
}

#[tokio::test]
async fn connections_that_nginx_keeps_are_used_again() {
    let server = setup().start();
    let nginx = Nginx::before(server.address(), KEEPALIVE);
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    for _ in 0..40 {
        let request = without_body("GET /user/self HTTP/1.1", &token);
        let answer = exchange(nginx.address(), &request);
        assert_eq!(answer.status, Some(200), "{}", answer.text);
    }
}

/// Whether a connection is still good after a silence of some seconds.
fn outlives_silence(server: &Server) -> bool {
    let mut wire = Wire::to(server.address());
    let request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    wire.send(request);
    assert_eq!(wire.answer().status, Some(200));
    // Reading ends after two seconds in which nothing came.
    for _ in 0..3 {
        wire.answer();
    }
    wire.send(request);
    wire.answer().status == Some(200)
}

#[test]
fn a_connection_outlives_the_silence_that_is_configured() {
    assert!(outlives_silence(&setup().start()));
    let setup = setup().set("http.keep_alive", "1s");
    assert!(!outlives_silence(&setup.start()));
}

/// The addresses of a user's sessions, one of which was begun by 127.0.0.2 through nginx.
async fn addresses(directives: &str) -> Vec<Option<String>> {
    let setup = setup().set("http.trusted_proxies", "127.0.0.1");
    let server = setup.start();
    let nginx = Nginx::before(server.address(), directives);
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    let mut wire = Wire::from("127.0.0.2", nginx.address()).await;
    wire.send(&post("/user/login", &login_body(&neo)));
    let answer = wire.answer();
    let _: Issued = serde_json::from_str(answer.body()).expect("a token");
    let sessions = server.azuma().list_sessions(&token).await;
    sessions.into_iter().map(|session| session.ip).collect()
}

#[tokio::test]
async fn nginx_tells_the_client_in_each_of_the_ways_it_can() {
    for directives in [
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
        "proxy_set_header X-Forwarded-For $remote_addr:$remote_port;",
        "proxy_set_header Forwarded \"for=\\\"$remote_addr:$remote_port\\\";proto=http\";",
    ] {
        let addresses = addresses(directives).await;
        let found = Some("127.0.0.2".to_owned());
        assert!(addresses.contains(&found), "{directives}: {addresses:?}");
    }
}
