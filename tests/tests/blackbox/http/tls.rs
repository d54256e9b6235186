//! HTTPS by the server itself.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use azuma_tests::Database;
use azuma_tests::certificates::Certificates;
use azuma_tests::clients::{self, Wire};
use azuma_tests::process::Signal;
use azuma_tests::server::{Server, Setup};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::SupportedProtocolVersion;
use tokio_rustls::rustls::version::{TLS12, TLS13};

/// A setup with the certificate and the key of `made`.
pub fn with(setup: Setup, made: &Certificates) -> Setup {
    setup
        .set(
            "http.tls.certificate",
            &made.certificate.display().to_string(),
        )
        .set("http.tls.key", &made.key.display().to_string())
        .set("http.public_url", "https://localhost")
}

/// A server with a new certificate in its directory.
pub fn serving() -> (Server, Certificates) {
    let setup = Database::Sqlite.server();
    let made = Certificates::create(setup.home());
    (with(setup, &made).start(), made)
}

/// A handshake by a client that trusts this authority.
async fn shake(
    server: &Server,
    authority: &Path,
    version: &'static SupportedProtocolVersion,
) -> io::Result<TlsStream<TcpStream>> {
    clients::shake(server.address(), authority, version, &[b"http/1.1"]).await
}

async fn is_answered(mut stream: TlsStream<TcpStream>) -> bool {
    let request = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.expect("a connection");
    let mut answer = Vec::new();
    stream
        .read_to_end(&mut answer)
        .await
        .expect("an end that is told");
    answer.starts_with(b"HTTP/1.1 200 ")
}

#[tokio::test]
async fn both_versions_of_tls_are_spoken_and_plain_http_is_not() {
    let (mut server, made) = serving();
    for version in [&TLS12, &TLS13] {
        let stream = shake(&server, &made.authority, version).await;
        let stream = stream.expect("a handshake");
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        assert!(is_answered(stream).await);
    }
    let mut plain = Wire::to(server.address());
    plain.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_ne!(plain.answer().status, Some(200));
    assert!(server.terminate().await.success());
}

#[tokio::test]
async fn a_handshake_that_stalls_counts_for_its_client_and_is_cut() {
    let setup = Database::Sqlite.server();
    let made = Certificates::create(setup.home());
    let setup = with(setup, &made).set("http.connections_per_client", "2");
    let server = setup.start();
    let mut stalled = [Wire::to(server.address()), Wire::to(server.address())];
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(shake(&server, &made.authority, &TLS13).await.is_err());
    for wire in &mut stalled {
        while !wire.is_closed() {
            assert_eq!(wire.answer().text, "");
        }
    }
    let stream = shake(&server, &made.authority, &TLS13).await;
    assert!(is_answered(stream.expect("a place")).await);
}

#[tokio::test]
async fn a_certificate_is_replaced_while_it_serves_and_a_bad_one_is_not_used() {
    let (server, made) = serving();
    let renewed = server.setup().home().join("renewed");
    fs::create_dir(&renewed).expect("a writable directory");
    let renewed = Certificates::create(&renewed);
    // Half of the pair: the new certificate beside the old key.
    fs::copy(&renewed.certificate, &made.certificate).expect("a writable file");
    server.signal(Signal::HangUp);
    server.prints("is not the key of the certificate").await;
    let before = shake(&server, &made.authority, &TLS13).await;
    assert!(is_answered(before.expect("the certificate before")).await);
    fs::copy(&renewed.key, &made.key).expect("a writable file");
    server.prints("the certificate was read again").await;
    let after = shake(&server, &renewed.authority, &TLS13).await;
    assert!(is_answered(after.expect("the new certificate")).await);
    assert!(shake(&server, &made.authority, &TLS13).await.is_err());
}

#[tokio::test]
async fn a_certificate_in_a_pipe_stops_neither_the_reloads_nor_the_server() {
    let (mut server, made) = serving();
    let good = fs::read(&made.certificate).expect("a certificate");
    fs::remove_file(&made.certificate).expect("a writable directory");
    let made_pipe = Command::new("mkfifo").arg(&made.certificate).status();
    assert!(made_pipe.expect("mkfifo").success());
    server.signal(Signal::HangUp);
    server.prints("it is no regular file").await;
    fs::remove_file(&made.certificate).expect("a writable directory");
    fs::write(&made.certificate, good).expect("a writable directory");
    server.prints("the certificate was read again").await;
    assert!(server.terminate().await.success());
}

#[test]
fn a_certificate_asks_for_a_public_url_with_https() {
    let setup = Setup::sqlite();
    let made = Certificates::create(setup.home());
    let finished = with(setup, &made)
        .set("http.public_url", "http://localhost")
        .run(&["config"]);
    let said = finished.complaint();
    assert!(said.contains("begin it with `https://`"), "{said}");
}

#[test]
fn files_that_cannot_be_used_stop_the_start() {
    let setup = Setup::sqlite();
    let made = Certificates::create(setup.home());
    let other = setup.home().join("other");
    fs::create_dir(&other).expect("a writable directory");
    let other = Certificates::create(&other);
    let certificate = made.certificate.display().to_string();
    for (key, words) in [
        (String::new(), "need each other"),
        (
            "nowhere.key".to_owned(),
            "cannot read nowhere.key (`http.tls.key`)",
        ),
        (certificate.clone(), "holds no private key"),
        (
            other.key.display().to_string(),
            "is not the key of the certificate",
        ),
    ] {
        let setup = Setup::sqlite()
            .set("http.tls.certificate", &certificate)
            .set("http.public_url", "https://localhost");
        let finished = setup.set("http.tls.key", &key).run(&[]);
        let said = finished.complaint();
        assert!(said.contains(words), "{words} in: {said}");
    }
}
