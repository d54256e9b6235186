//! Collectors that are away, silent or wrong, and settings of the traces that cannot be used.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use azuma_tests::Database;
use azuma_tests::addresses::free_address;
use azuma_tests::deadline::Deadline;
use azuma_tests::server::Server;
use azuma_tests::trace_collector::TraceCollector;

const TROUBLE: &str = "takes no traces";

/// A server that sends its traces to this address.
fn tracing_to(address: SocketAddr) -> Server {
    let url = format!("http://{address}");
    let setup = Database::Sqlite.server();
    setup.set("telemetry.otlp_endpoint", &url).start()
}

/// What takes connections and does this to each.
fn listener(with: impl Fn(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            with(stream);
        }
    });
    address
}

/// Reads the whole request, and answers with these bytes.
fn answering(words: &'static [u8]) -> SocketAddr {
    listener(move |mut stream| {
        stream
            .set_read_timeout(Some(Duration::from_millis(200)))
            .expect("a socket");
        let _ = stream.read_to_end(&mut Vec::new());
        let _ = stream.write_all(words);
    })
}

/// Takes connections, and says nothing for ever.
fn silent() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        let taken: Vec<_> = listener.incoming().collect();
        drop(taken);
    });
    address
}

/// Sends a space from time to time and never a status.
fn dripping() -> SocketAddr {
    listener(|mut stream| {
        thread::spawn(move || {
            while stream.write_all(b" ").is_ok() {
                thread::sleep(Duration::from_millis(1_500));
            }
        });
    })
}

#[tokio::test]
async fn a_collector_in_trouble_slows_nobody_and_is_told_of_once() {
    let collectors = [
        (free_address(), "Connection refused"),
        (silent(), "it took longer than 5s"),
        (dripping(), "it took longer than 5s"),
        (
            answering(b"HTTP/1.1 500 Oh\r\n\r\n"),
            "500 Internal Server Error",
        ),
        (
            answering(b"HTTP/1.1 302 There\r\nlocation: http://10.0.0.1/\r\n\r\n"),
            "302 Found",
        ),
        (
            answering(b"220 mail.example.org ESMTP\r\n"),
            "the answer is not of HTTP",
        ),
        (answering(b""), "the answer is not of HTTP"),
    ];
    let servers = collectors.map(|(address, reason)| (tracing_to(address), reason));
    for _ in 0..5 {
        for (server, reason) in &servers {
            let began = Instant::now();
            for _ in 0..40 {
                server.get("/").send().await.done(200);
            }
            assert!(began.elapsed() < Duration::from_secs(4), "{reason}");
        }
        tokio::time::sleep(Duration::from_millis(2_500)).await;
    }
    for (mut server, reason) in servers {
        server.prints(reason).await;
        let began = Instant::now();
        assert!(server.terminate().await.success());
        assert!(began.elapsed() < Duration::from_secs(5), "{reason}");
        let output = server.output();
        assert_eq!(output.matches(TROUBLE).count(), 1, "{output}");
    }
}

#[tokio::test]
async fn a_collector_that_comes_back_is_told_of_and_gets_what_is_new() {
    let address = free_address();
    let server = tracing_to(address);
    server.get("/").send().await.done(200);
    server.prints(TROUBLE).await;
    let collector = TraceCollector::start_at(address);
    let deadline = Deadline::in_seconds(30);
    while collector.spans().is_empty() {
        assert!(!deadline.is_over(), "no span");
        server.get("/").send().await.done(200);
        deadline.step().await;
    }
    server.prints("takes traces again").await;
    drop(collector);
    for _ in 0..3 {
        server.get("/").send().await.done(200);
        tokio::time::sleep(Duration::from_millis(2_200)).await;
    }
    let output = server.output();
    assert_eq!(
        output.matches(TROUBLE).count(),
        1,
        "within a minute: {output}"
    );
}

#[tokio::test]
async fn more_spans_than_have_room_are_lost_and_hold_up_nobody() {
    let server = tracing_to(silent());
    let began = Instant::now();
    for _ in 0..5_000 {
        server.get("/").send().await.done(200);
    }
    assert!(began.elapsed() < Duration::from_mins(1));
}

#[test]
fn an_authority_that_cannot_be_read_keeps_the_server_from_starting() {
    let setup = Database::Sqlite.server();
    let setup = setup.set("telemetry.otlp_endpoint", "https://localhost:4318");
    let refused = setup.set("telemetry.otlp_ca_file", "/nowhere.pem").run(&[]);
    let complaint = refused.complaint();
    assert!(
        complaint.contains("`telemetry.otlp_ca_file`"),
        "{complaint}"
    );
}
