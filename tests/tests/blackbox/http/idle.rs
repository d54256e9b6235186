//! Connections on which no request comes for a while.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use azuma_tests::Database;
use azuma_tests::clients::Wire;
use azuma_tests::server::{Server, Setup};

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/// After this time a connection without a request is kept in another way.
const A_WHILE: Duration = Duration::from_millis(3_500);

fn setup() -> Setup {
    Database::Sqlite.server()
}

fn answered(server: &Server) -> Wire {
    let mut wire = Wire::to(server.address());
    is_answered(&mut wire);
    wire
}

#[track_caller]
fn is_answered(wire: &mut Wire) {
    wire.send(REQUEST);
    let answer = wire.answer();
    assert_eq!(answer.status, Some(200), "{}", answer.text);
}

#[test]
fn a_connection_is_answered_after_each_pause() {
    let server = setup().start();
    let mut wire = answered(&server);
    for _ in 0..3 {
        sleep(A_WHILE);
        is_answered(&mut wire);
    }
}

#[test]
fn a_request_that_began_before_the_pause_is_answered_once_it_is_complete() {
    let server = setup().start();
    let mut wire = answered(&server);
    let (first, second) = REQUEST.split_at(10);
    wire.send(first);
    sleep(A_WHILE);
    wire.send(second);
    assert_eq!(wire.answer().status, Some(200));
}

#[test]
fn an_idle_connection_is_closed_when_its_time_is_over() {
    let server = setup().set("http.keep_alive", "8s").start();
    // Reading an answer takes two more seconds, in which nothing comes.
    let mut wire = answered(&server);
    sleep(Duration::from_secs(2));
    assert!(wire.answer().text.is_empty() && !wire.is_closed());
    sleep(Duration::from_secs(1));
    assert!(wire.answer().text.is_empty() && wire.is_closed());
}

#[tokio::test]
async fn idle_connections_do_not_hold_up_a_server_that_stops() {
    let mut server = setup().start();
    let mut wires: Vec<Wire> = (0..20).map(|_| Wire::to(server.address())).collect();
    for wire in &mut wires {
        wire.send(REQUEST);
    }
    sleep(A_WHILE);
    let begun = Instant::now();
    assert!(server.terminate().await.success());
    assert!(begun.elapsed() < Duration::from_secs(5));
    for wire in &mut wires {
        assert_eq!(wire.answer().status, Some(200));
        assert!(wire.is_closed());
    }
}

/// Anonymous memory of a server, in KiB.
fn memory(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.process_id()));
    let status = status.expect("a running process");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.parse().ok())
        .expect("a number of KiB")
}

#[test]
fn idle_connections_give_back_their_buffers() {
    let server = setup().set("http.connections_per_client", "2000").start();
    let before = memory(&server);
    let mut wires: Vec<Wire> = (0..2_000).map(|_| Wire::to(server.address())).collect();
    for wire in &mut wires {
        wire.send(REQUEST);
    }
    sleep(Duration::from_secs(20));
    let each = memory(&server).saturating_sub(before) / 2_000;
    assert!(each < 8, "{each} KiB each");
    is_answered(&mut wires[0]);
}
