//! Bodies that do not arrive.

use std::thread;
use std::time::Duration;

use azuma_tests::Database;
use azuma_tests::clients::{Wire, WireAnswer, exchange};
use azuma_tests::people::Person;
use azuma_tests::server::Server;

const LOGIN: &str = r#"{"name": "neo", "password": "the-secret-of-neo"}"#;

/// A server that waits one second for a body.
fn impatient() -> Server {
    let setup = Database::Sqlite.server();
    setup.set("http.body_timeout", "1s").start()
}

fn json_head(path: &str, length: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{length}\r\n\r\n")
}

/// Sends an incomplete request, and reads the answer until the server closes the connection.
fn half_sent(server: &Server, request: &str) -> WireAnswer {
    let mut wire = Wire::to(server.address());
    wire.send(request.as_bytes());
    let answer = wire.answer();
    assert!(wire.is_closed(), "{request}: {}", answer.text);
    answer
}

#[test]
fn a_body_that_stops_half_way_is_answered_408_in_the_words_of_each_dialect() {
    let server = impatient();
    for (path, body) in [
        ("/users", r#"{"message":"REQUEST_TIMEOUT"}"#),
        ("/api/login", r#"{"code":408,"message":"REQUEST_TIMEOUT"}"#),
        ("/account/authenticate", r#"{"message":"REQUEST_TIMEOUT"}"#),
    ] {
        let request = json_head(path, "Content-Length: 100") + "{\"name\":";
        let answer = half_sent(&server, &request);
        assert_eq!((answer.status, answer.body()), (Some(408), body), "{path}");
        let closes = answer.text.contains("connection: close\r\n");
        assert!(closes, "{}", answer.text);
    }
}

#[test]
fn a_form_that_stops_half_way_is_answered_408_with_a_page() {
    let server = impatient();
    for path in ["/recover", "/reset", "/verify"] {
        let request = json_head(path, "Content-Length: 100");
        let request = request.replace("application/json", "application/x-www-form-urlencoded");
        let answer = half_sent(&server, &(request + "token="));
        assert_eq!(answer.status, Some(408), "{path}: {}", answer.text);
        assert!(answer.body().contains("<html"), "{path}: {}", answer.text);
    }
}

#[test]
fn chunks_that_stop_half_way_or_are_too_many_are_answered_and_not_waited_for_after_that() {
    let server = impatient();
    let head = json_head("/users", "Transfer-Encoding: chunked");
    let too_many = format!("{:x}\r\n{}\r\n", 9_000, "x".repeat(9_000)).repeat(2);
    for (chunks, status) in [("8\r\n{\"name\":\r\n", 408), (too_many.as_str(), 413)] {
        let answer = half_sent(&server, &format!("{head}{chunks}"));
        assert_eq!(answer.status, Some(status), "{}", answer.text);
    }
}

#[test]
fn a_byte_now_and_then_is_no_reason_to_wait_longer() {
    let server = impatient();
    let mut wire = Wire::to(server.address());
    wire.send(json_head("/users", "Content-Length: 100").as_bytes());
    for _ in 0..8 {
        wire.send(b" ");
        thread::sleep(Duration::from_millis(500));
    }
    let answer = wire.answer();
    assert_eq!(answer.status, Some(408), "{}", answer.text);
}

#[tokio::test]
async fn a_slow_body_that_is_there_in_time_is_read() {
    let server = Database::Sqlite.server().start();
    server.azuma().sign_up(&Person::named("neo")).await;
    let mut wire = Wire::to(server.address());
    let length = format!("Content-Length: {}", LOGIN.len());
    wire.send(json_head("/user/login", &length).as_bytes());
    for byte in LOGIN.as_bytes() {
        wire.send(&[*byte]);
        thread::sleep(Duration::from_millis(10));
    }
    let answer = wire.answer();
    assert_eq!(answer.status, Some(200), "{}", answer.text);
}

#[tokio::test]
async fn a_wish_to_upgrade_is_ignored_the_body_is_read_and_what_follows_is_no_part_of_it() {
    let server = Database::Sqlite.server().start();
    server.azuma().sign_up(&Person::named("neo")).await;
    let length = format!("Content-Length: {}", LOGIN.len());
    let chunks = format!("{:x}\r\n{LOGIN}\r\n0\r\n\r\n", LOGIN.len());
    for upgrade in [
        "Upgrade: websocket",
        "Upgrade: websocket\r\nConnection: upgrade",
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings",
        "Connection: upgrade",
    ] {
        let whole = json_head("/user/login", &format!("{upgrade}\r\n{length}")) + LOGIN;
        let transfer = format!("{upgrade}\r\nTransfer-Encoding: chunked");
        let in_chunks = json_head("/user/login", &transfer) + &chunks;
        let absent = json_head("/user/login", upgrade);
        for (request, status) in [(whole, 200), (in_chunks, 200), (absent, 400)] {
            let answer = exchange(server.address(), request.as_bytes());
            assert_eq!(answer.status, Some(status), "{request}: {}", answer.text);
            let upgrades = answer.text.contains("connection: upgrade");
            assert!(!upgrades, "{}", answer.text);
        }
    }
    let length = format!("Upgrade: websocket\r\n{length}");
    let request = json_head("/user/login", &length) + LOGIN + "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    let answer = exchange(server.address(), request.as_bytes());
    assert_eq!(answer.status, Some(200), "{}", answer.text);
    let answers = answer.text.matches("HTTP/1.1").count();
    assert_eq!(answers, 1, "{}", answer.text);
}

#[tokio::test]
async fn a_server_that_stops_does_not_wait_for_a_body() {
    let setup = Database::Sqlite.server().set("http.body_timeout", "1h");
    let setup = setup.set("http.shutdown_grace", "1h");
    // One worker, so that what is answered after these requests says that they were begun.
    let mut server = setup.set("http.workers", "1").start();
    let mut wires = [Wire::to(server.address()), Wire::to(server.address())];
    let [sized, in_chunks] = &mut wires;
    sized.send((json_head("/users", "Content-Length: 100") + "{").as_bytes());
    in_chunks.send((json_head("/users", "Transfer-Encoding: chunked") + "1\r\n{\r\n").as_bytes());
    // The server would not wait for bodies that it has not begun to read.
    server.azuma().index().await.done(200);
    let status = server.terminate().await;
    assert!(status.success(), "{status}");
    for wire in &mut wires {
        let answer = wire.answer();
        assert_eq!(answer.status, Some(503), "{}", answer.text);
        let waits = answer.text.contains("retry-after: 1\r\n");
        assert!(waits, "{}", answer.text);
    }
}
