//! Connections on which no request comes for a while.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use azuma_tests::Database;
use azuma_tests::clients::{Wire, shake};
use azuma_tests::server::{Server, Setup};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tokio_rustls::rustls::version::TLS13;

use super::tls::serving;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/// A request with a body.
const LOGIN: &[u8] = b"POST /user/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

/// After this time a connection without a request is kept in another way.
const A_WHILE: Duration = Duration::from_millis(2_500);

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
fn a_request_with_a_body_is_answered_after_each_pause() {
    let server = setup().start();
    let mut wire = answered(&server);
    let (head, body) = LOGIN.split_at(LOGIN.len() - 2);
    for _ in 0..2 {
        wire.send(head);
        sleep(Duration::from_millis(50));
        wire.send(body);
        assert_eq!(wire.answer().status, Some(400));
        sleep(A_WHILE);
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

#[test]
fn what_nobody_reads_of_a_body_is_no_request_whenever_it_comes() {
    let server = setup().start();
    let unread = b"POST /nope HTTP/1.1\r\nHost: x\r\nContent-Length: 64\r\n\r\n";
    let mut wires = [answered(&server), answered(&server)];
    for wire in &mut wires {
        wire.send(unread);
    }
    sleep(Duration::from_millis(200));
    server.pause();
    wires[0].send(REQUEST);
    sleep(A_WHILE);
    server.proceed();
    wires[1].send(REQUEST);
    for wire in &mut wires {
        let answer = wire.answer();
        assert_eq!(answer.status, Some(404));
        assert_eq!(
            answer.text.matches("HTTP/1.1 ").count(),
            1,
            "{}",
            answer.text
        );
        assert!(wire.is_closed());
    }
}

#[test]
fn a_server_that_stalls_answers_what_came_meanwhile() {
    for stall in [200, 900, 1_200].map(Duration::from_millis) {
        let server = setup().start();
        let mut wires = [Wire::to(server.address()), Wire::to(server.address())];
        for wire in &mut wires {
            wire.send(REQUEST);
        }
        sleep(stall);
        server.pause();
        sleep(Duration::from_millis(1_500));
        wires[0].send(REQUEST);
        sleep(Duration::from_millis(1_500));
        server.proceed();
        sleep(Duration::from_millis(100));
        wires[1].send(REQUEST);
        for wire in &mut wires {
            let answer = wire.answer();
            assert_eq!(
                answer.text.matches("HTTP/1.1 200").count(),
                2,
                "{stall:?}: {}",
                answer.text
            );
            assert!(!wire.is_closed());
        }
    }
}

#[test]
fn line_ends_are_not_taken_for_a_request() {
    let server = setup().start();
    let mut wire = answered(&server);
    wire.send(b"\r\n");
    sleep(Duration::from_secs(5));
    wire.send(b"\r\n");
    assert_eq!(wire.answer().text, "");
    assert!(!wire.is_closed());
    is_answered(&mut wire);
}

#[test]
fn a_request_that_begins_after_a_pause_has_as_long_as_a_first_one() {
    let server = setup().start();
    let mut wire = answered(&server);
    wire.send(b"GET / HT");
    sleep(Duration::from_secs(4));
    let answer = wire.answer();
    assert_eq!(answer.status, Some(408));
    assert!(wire.is_closed());
}

#[test]
fn an_idle_connection_counts_for_its_client() {
    let server = setup().set("http.connections_per_client", "1").start();
    let mut idle = answered(&server);
    let mut other = Wire::to(server.address());
    other.send(REQUEST);
    assert_eq!(other.answer().status, None);
    assert!(other.is_closed());
    is_answered(&mut idle);
    drop(idle);
    sleep(Duration::from_millis(100));
    answered(&server);
}

/// TLS has records that carry no data, such as one that changes the keys.
#[tokio::test]
async fn a_record_without_data_is_not_taken_for_a_request() {
    let (server, made) = serving();
    let stream = shake(server.address(), &made.authority, &TLS13, &[b"http/1.1"]).await;
    let mut stream = stream.expect("a handshake");
    let mut answer = [0; 4096];
    for _ in 0..2 {
        stream.write_all(REQUEST).await.expect("a connection");
        let length = stream.read(&mut answer).await.expect("an answer");
        assert!(answer[..length].starts_with(b"HTTP/1.1 200"));
        tokio::time::sleep(A_WHILE).await;
        let keys = stream.get_mut().1.refresh_traffic_keys();
        keys.expect("TLS 1.3");
        stream.flush().await.expect("a connection");
        let unasked = timeout(Duration::from_secs(6), stream.read(&mut answer)).await;
        assert!(unasked.is_err(), "{unasked:?}");
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
    for request in [REQUEST, LOGIN] {
        let server = setup().set("http.connections_per_client", "2000").start();
        let before = memory(&server);
        let mut wires: Vec<Wire> = (0..2_000).map(|_| Wire::to(server.address())).collect();
        for wire in &mut wires {
            wire.send(request);
        }
        sleep(Duration::from_secs(15));
        let each = memory(&server).saturating_sub(before) / 2_000;
        assert!(each < 8, "{each} KiB each");
    }
}
