//! HTTP/2, which clients choose in the TLS handshake.

use std::process::Command;
use std::time::Duration;

use azuma_tests::Database;
use azuma_tests::certificates::Certificates;
use azuma_tests::clients::{Begun, Carrier, End, Http2, Issued, LegacySession, shake};
use azuma_tests::server::Server;
use azuma_tests::trace_collector::TraceCollector;
use h2::Reason;
use http::Request;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{sleep, timeout};
use tokio_rustls::rustls::version::TLS13;

use super::tls::{serving, with};

/// Longer than any of these waits.
const PATIENCE: Duration = Duration::from_secs(20);

fn serving_with(changes: &[(&str, &str)]) -> (Server, Certificates) {
    let setup = Database::Sqlite.server();
    let made = Certificates::create(setup.home());
    let mut setup = with(setup, &made);
    for (key, value) in changes {
        setup = setup.set(key, value);
    }
    (setup.start(), made)
}

async fn connected(server: &Server, made: &Certificates) -> Http2 {
    Http2::to(server.address(), &made.authority).await
}

fn get(path: &str) -> Request<&'static str> {
    let uri = format!("https://localhost{path}");
    Request::get(uri).body("").expect("a request")
}

fn login() -> Request<()> {
    let request = Request::post("https://localhost/user/login");
    let request = request.header("content-type", "application/json");
    request.body(()).expect("a request")
}

/// Requests whose bodies have not arrived.
async fn waiting(connection: &Http2, how_many: usize) -> Vec<Begun> {
    let mut waiting = Vec::new();
    for _ in 0..how_many {
        let mut begun = connection.begin(login()).await;
        begun.send("{", End::Later);
        waiting.push(begun);
    }
    // The server has seen them once it has answered one more.
    assert_eq!(connection.request(get("/")).await.status, 200);
    waiting
}

fn credentials() -> String {
    json!({"name": "maria", "email": "maria@example.org", "password": "correct horse 8"})
        .to_string()
}

#[tokio::test]
async fn a_request_is_answered_as_over_http_1_1() {
    let (server, made) = serving();
    let connection = connected(&server, &made).await;
    let body = credentials();
    let register = |length: Option<usize>| {
        let mut request = Request::post("https://localhost/users");
        if let Some(length) = length {
            request = request.header("content-length", length);
        }
        request.body(body.as_str()).expect("a request")
    };
    let answer = connection.request(register(None)).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert!(answer.headers.contains_key("x-request-id"));
    assert!(answer.headers.contains_key("date"));
    assert_eq!(
        answer.headers["content-length"],
        answer.body.len().to_string()
    );
    assert_eq!(
        connection.request(register(Some(body.len()))).await.status,
        409
    );
    let issued: Issued = serde_json::from_str(&answer.body).expect("JSON");
    let (name, value) = Carrier::Azuma.header(&issued.token);
    let own = Request::get("https://localhost/user/self").header(name, value);
    let answer = connection.request(own.body("").expect("a request")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn a_response_to_head_and_one_that_is_empty_end_with_their_headers() {
    let (server, made) = serving();
    let connection = connected(&server, &made).await;
    let head = Request::head("https://localhost/").body("");
    let answer = connection.request(head.expect("a request")).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_ne!(answer.headers["content-length"], "0");
}

#[tokio::test]
async fn cookies_that_are_sent_one_by_one_are_all_read() {
    let (server, made) = serving();
    let connection = connected(&server, &made).await;
    let body = json!({"name": "maria", "password": "correct horse 8"}).to_string();
    let register = Request::post("https://localhost/api/register").body(body.as_str());
    let answer = connection.request(register.expect("a request")).await;
    let issued: LegacySession = serde_json::from_str(&answer.body).expect("JSON");
    let (name, value) = Carrier::LegacyCookie.header(&issued.token);
    let me = Request::get("https://localhost/api/me");
    let me = me.header(name, "theme=dark").header(name, value);
    let answer = connection.request(me.body("").expect("a request")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn a_client_has_as_many_open_requests_as_it_may_have_connections() {
    let (server, made) = serving_with(&[("http.connections_per_client", "3")]);
    let connection = connected(&server, &made).await;
    let mut open = waiting(&connection, 2).await;
    // The third of three places.
    open.push(connection.begin(login()).await);
    let refused = connection.begin(login()).await.answer().await;
    let reason = refused.expect_err("a limit").reason();
    assert_eq!(reason, Some(Reason::REFUSED_STREAM));
    for mut begun in open {
        begun.send("}", End::Now);
        begun.answer().await.expect("an answer");
    }
    assert_eq!(connection.request(get("/")).await.status, 200);
}

#[tokio::test]
async fn a_connection_has_at_most_a_hundred_open_requests() {
    let (server, made) = serving();
    let connection = connected(&server, &made).await;
    assert_eq!(connection.request(get("/")).await.status, 200);
    assert_eq!(connection.most_requests(), 100);
}

#[tokio::test]
async fn a_client_that_cancels_one_request_after_another_is_cut_off() {
    let (server, made) = serving();
    let connection = connected(&server, &made).await;
    for _ in 0..150 {
        if connection.is_over() {
            break;
        }
        let begun = connection.begin(login()).await;
        sleep(Duration::from_millis(5)).await;
        begun.cancel();
    }
    let ended = timeout(PATIENCE, connection.ended()).await.expect("an end");
    let reason = ended.expect_err("a limit").reason();
    assert_eq!(reason, Some(Reason::ENHANCE_YOUR_CALM));
}

#[tokio::test]
async fn a_request_that_is_cancelled_is_a_span_without_a_status() {
    let collector = TraceCollector::start();
    // A hash takes a second or longer.
    let (mut server, made) = serving_with(&[
        ("telemetry.otlp_endpoint", collector.url()),
        ("passwords.memory_kib", "19456"),
        ("passwords.iterations", "200"),
    ]);
    let connection = connected(&server, &made).await;
    assert_eq!(connection.request(get("/")).await.status, 200);
    let register = Request::post("https://localhost/users");
    let register = register.header("content-type", "application/json");
    let mut begun = connection
        .begin(register.body(()).expect("a request"))
        .await;
    begun.send(&credentials(), End::Now);
    sleep(Duration::from_millis(200)).await;
    begun.cancel();
    sleep(Duration::from_millis(500)).await;
    server.terminate().await;
    let spans = collector.spans();
    let cancelled: Vec<_> = spans.iter().filter(|span| span["name"] == "POST").collect();
    assert_eq!(cancelled.len(), 1, "{spans:#?}");
    let says = &cancelled[0]["attributes"];
    assert_eq!(says["http.response.status_code"], Value::Null, "{says}");
    let answered = spans.iter().find(|span| span["name"] == "GET /");
    let says = &answered.expect("a span")["attributes"];
    assert_eq!(says["network.protocol.version"], "2", "{says}");
    assert_eq!(says["url.scheme"], "https", "{says}");
}

#[tokio::test]
async fn headers_are_bounded() {
    let (server, made) = serving();
    let connection = connected(&server, &made).await;
    let padded = Request::get("https://localhost/").header("x-padding", "x".repeat(40_000));
    let answer = connection
        .request(padded.body("").expect("a request"))
        .await;
    assert_eq!(answer.status, 431);
    assert_eq!(connection.request(get("/")).await.status, 200);
}

#[tokio::test]
async fn a_body_that_does_not_arrive_ends_its_own_request_alone() {
    let (server, made) = serving_with(&[("http.body_timeout", "1s")]);
    let connection = connected(&server, &made).await;
    let mut waiting = waiting(&connection, 1).await;
    let late = waiting.remove(0).answer();
    let late = timeout(PATIENCE, late).await.expect("an end");
    assert_eq!(late.expect("an answer").status, 408);
    assert_eq!(connection.request(get("/")).await.status, 200);
}

#[tokio::test]
async fn a_quiet_connection_ends() {
    let (server, made) = serving_with(&[("http.keep_alive", "1s")]);
    let connection = connected(&server, &made).await;
    assert_eq!(connection.request(get("/")).await.status, 200);
    let ended = timeout(PATIENCE, connection.ended()).await.expect("an end");
    ended.expect("a clean end");
}

#[tokio::test]
async fn a_stopping_server_answers_the_open_requests() {
    let (mut server, made) = serving();
    let connection = connected(&server, &made).await;
    let mut begun = waiting(&connection, 1).await.remove(0);
    let stopping = tokio::spawn(async move { server.terminate().await });
    sleep(Duration::from_millis(300)).await;
    begun.send("}", End::Now);
    assert_eq!(begun.answer().await.expect("an answer").status, 400);
    assert!(stopping.await.expect("a task").success());
}

/// A frame of HTTP/2 (RFC 9113 §4.1) on the connection itself.
fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len())
        .expect("a short payload")
        .to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags, 0, 0, 0, 0]);
    frame.extend(payload);
    frame
}

#[tokio::test]
async fn frames_that_make_no_sense_fill_no_log() {
    const PING: u8 = 6;
    const ACK: u8 = 1;
    let (server, made) = serving();
    let address = server.address();
    let stream = shake(address, &made.authority, &TLS13, &[b"h2"]).await;
    let mut stream = stream.expect("a handshake");
    let mut sent = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    sent.extend(frame(4, 0, b""));
    for _ in 0..100 {
        sent.extend(frame(PING, ACK, b"12345678"));
    }
    sent.extend(frame(PING, 0, b"the end!"));
    stream.write_all(&sent).await.expect("a connection");
    let mut read = Vec::new();
    while !read.ends_with(b"the end!") {
        let length = stream.read_buf(&mut read).await.expect("a connection");
        assert_ne!(length, 0, "the connection was closed");
    }
    assert!(!server.output().contains("PING"), "{}", server.output());
}

#[tokio::test]
async fn a_request_names_one_host() {
    let (server, made) = serving();
    let connection = connected(&server, &made).await;
    let named = |hosts: &[&str]| {
        let request = Request::get("https://localhost/");
        let request = hosts
            .iter()
            .fold(request, |request, host| request.header("host", *host));
        request.body("").expect("a request")
    };
    for (hosts, status) in [
        (&["localhost"][..], 200),
        (&["elsewhere"], 400),
        (&["localhost", "localhost"], 400),
    ] {
        assert_eq!(
            connection.request(named(hosts)).await.status,
            status,
            "{hosts:?}"
        );
    }
}

/// What curl prints when it asks for a path by HTTP/2, with these arguments.
fn curl(server: &Server, made: &Certificates, path: &str, arguments: &[&str]) -> String {
    let url = format!("https://localhost:{}{path}", server.address().port());
    let curl = Command::new("curl")
        .args(["--silent", "--show-error", "--http2", "--cacert"])
        .arg(&made.authority)
        .args(arguments)
        .arg(url)
        .output()
        .expect("curl");
    String::from_utf8([curl.stdout, curl.stderr].concat()).expect("UTF-8")
}

#[test]
fn an_answer_that_does_not_wait_for_the_body_reaches_the_client() {
    let (server, made) = serving();
    let mut arguments = vec!["--request", "PATCH", "--header", "Authorization: Bearer x"];
    arguments.extend(["--data-binary", "{}", "--write-out", "%{http_code}"]);
    for _ in 0..20 {
        let printed = curl(&server, &made, "/user/update", &arguments);
        assert!(printed.ends_with("401"), "{printed}");
    }
}

#[tokio::test]
async fn a_client_that_waits_for_leave_to_send_its_body_gets_it() {
    let (server, made) = serving();
    let connection = connected(&server, &made).await;
    let request = Request::post("https://localhost/user/login").header("expect", "100-continue");
    let mut begun = connection.begin(request.body(()).expect("a request")).await;
    let told = timeout(PATIENCE, begun.informed())
        .await
        .expect("an answer");
    assert_eq!(told, 100);
    begun.send("{}", End::Now);
    assert_eq!(begun.answer().await.expect("an answer").status, 400);
}

#[test]
fn curl_speaks_it() {
    let (server, made) = serving();
    let written = ["--write-out", "\n%{http_version} %{http_code}"];
    let printed = curl(&server, &made, "/", &written);
    assert!(printed.ends_with("\n2 200"), "{printed}");
}
