//! Connections on which no request comes for a while.

use std::thread::sleep;
use std::time::{Duration, Instant};

use azuma_tests::Database;
use azuma_tests::clients::Wire;
use azuma_tests::server::{Server, Setup};

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/// Longer than a server that keeps idle connections in another way would wait.
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

/// The first part of a second request comes with the first one, and its rest is a request as well. A server that forgets
/// what it has read would answer the rest.
#[test]
fn what_was_read_of_a_request_before_the_pause_is_not_forgotten() {
    let server = setup().start();
    let mut wire = Wire::to(server.address());
    wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /nope HTTP/1.1\r\nHost: x\r\nX-A: ");
    assert_eq!(wire.answer().status, Some(200));
    sleep(A_WHILE);
    wire.send(REQUEST);
    let answer = wire.answer();
    assert_eq!(answer.status, Some(400), "{}", answer.text);
}
