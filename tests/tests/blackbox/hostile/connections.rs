//! Connections that one client holds.

use azuma_tests::Database;
use azuma_tests::clients::{Wire, exchange};
use azuma_tests::server::Server;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/// A server that gives each client three connections.
fn with_three_for_each() -> Server {
    let setup = Database::Sqlite.server();
    setup.set("http.connections_per_client", "3").start()
}

/// Whether a request on each of them is answered.
fn are_answered(wires: &mut [Wire]) -> bool {
    for wire in &mut *wires {
        wire.send(REQUEST);
    }
    wires
        .iter_mut()
        .all(|wire| wire.answer().status == Some(200))
}

fn connect(server: &Server) -> Wire {
    Wire::to(server.address())
}

#[tokio::test]
async fn a_client_has_as_many_as_it_may_and_takes_none_from_others() {
    let server = with_three_for_each();
    let mut held: Vec<Wire> = (0..3).map(|_| connect(&server)).collect();
    assert!(are_answered(&mut held));
    for _ in 0..5 {
        let mut more = [connect(&server)];
        assert!(!are_answered(&mut more) && more[0].is_closed());
    }
    let other = Wire::from("127.0.0.2", server.address()).await;
    assert!(are_answered(&mut [other]));
    assert!(are_answered(&mut held), "those it has go on");
    server
        .prints("a client has reached `http.connections_per_client`")
        .await;
    let told = server
        .output()
        .matches("has reached `http.connections_per_client`")
        .count();
    assert_eq!(told, 1, "{}", server.output());
}

#[test]
fn a_connection_that_ends_makes_room_for_another() {
    let server = with_three_for_each();
    for _ in 0..10 {
        let mut wires: Vec<Wire> = (0..3).map(|_| connect(&server)).collect();
        for wire in &mut wires {
            wire.send(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            assert_eq!(wire.answer().status, Some(200));
            assert!(wire.is_closed());
        }
    }
}

#[test]
fn a_trusted_proxy_has_as_many_as_it_likes() {
    let setup = Database::Sqlite.server();
    let setup = setup.set("http.connections_per_client", "1");
    let server = setup.set("http.trusted_proxies", "127.0.0.1").start();
    let mut held: Vec<Wire> = (0..5).map(|_| connect(&server)).collect();
    assert!(are_answered(&mut held));
}

#[tokio::test]
async fn malformed_requests_are_counted_where_somebody_asks_and_are_no_errors() {
    let setup = Database::Sqlite.server();
    let setup = setup.set("telemetry.log_filter", "info,azuma_api=debug");
    let mut server = setup.start();
    for _ in 0..3 {
        let answer = exchange(server.address(), b"\x16\x03\x01 nonsense\r\n\r\n");
        assert_eq!(answer.status, Some(400), "{}", answer.text);
    }
    server.terminate().await;
    let output = server.output();
    assert!(output.contains("\"malformed\":3"), "{output}");
    assert!(!output.contains("ERROR"), "{output}");
}

#[test]
fn requests_that_make_the_http_library_panic_do_not_fill_the_log() {
    let server = Database::Sqlite.server().start();
    let name = "x".repeat(70_000);
    let request = format!("GET / HTTP/1.1\r\nHost: x\r\n{name}: 1\r\n\r\n");
    for _ in 0..30 {
        let mut wire = connect(&server);
        wire.send(request.as_bytes());
        assert_eq!(wire.answer().status, None);
    }
    assert!(are_answered(&mut [connect(&server)]));
    let output = server.output();
    let told = output.matches("which is a bug in Azuma").count();
    assert!((1..15).contains(&told), "{output}");
}

#[test]
fn requests_that_are_sent_ahead_are_all_answered_in_their_order() {
    let server = Database::Sqlite.server().start();
    let mut wire = connect(&server);
    let requests = [REQUEST, IN_CHUNKS, UNKNOWN, UNKNOWN, UNKNOWN].concat();
    wire.send(&requests.repeat(20));
    let answers = wire.answer().text;
    let answers = answers.split("HTTP/1.1 ").skip(1);
    let statuses: Vec<&str> = answers.filter_map(|answer| answer.get(..3)).collect();
    assert_eq!(statuses, ["200", "400", "404", "404", "404"].repeat(20));
}

const UNKNOWN: &[u8] = b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n";
/// No object, and lines that end like heads.
const IN_CHUNKS: &[u8] =
    b"POST /user/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
    Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n4\r\n\r\n\r\n\r\n0\r\n\r\n";
