//! A server that systemd starts with the sockets of a unit. `docs/sockets.md` says what it promises.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use azuma_tests::Database;
use azuma_tests::addresses::free_address;
use azuma_tests::clients::Http;
use azuma_tests::deadline::Deadline;
use azuma_tests::server::{Activation, Place, Setup};

fn setup() -> Setup {
    Database::Sqlite.server()
}

fn unix_place(setup: &Setup) -> Place {
    Place::Unix(setup.home().join("azuma.sock"))
}

#[tokio::test]
async fn a_server_listens_on_every_socket_that_systemd_passes() {
    let setup = setup();
    let places = [Place::Tcp(free_address()), unix_place(&setup)];
    let mut server = setup.activated(Activation::at(&places)).start();
    for place in &places {
        let answer = Http::at(place).get("/").receive::<serde_json::Value>();
        answer.await.success(200);
    }
    assert!(server.terminate().await.success());
    let Place::Unix(path) = &places[1] else {
        unreachable!("a unix socket");
    };
    assert!(path.exists(), "it is systemd's");
}

#[test]
fn a_server_without_the_sockets_it_is_to_have_says_so() {
    let refused = setup().set("http.listen", "systemd").run(&[]);
    let complaint = refused.complaint();
    assert!(
        complaint.contains("passed none to this process"),
        "{complaint}"
    );
}

#[test]
fn a_socket_that_cannot_be_used_is_named() {
    let place = Place::Tcp(free_address());
    let setup = setup().activated(Activation::at(std::slice::from_ref(&place)).for_datagrams());
    let refused = setup.run_while(&[], |_| {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a free port");
        let sender = thread::spawn(move || {
            for _ in 0..100 {
                let _ = socket.send_to(b"knock", place.to_string());
                thread::sleep(Duration::from_millis(50));
            }
        });
        drop(sender);
    });
    let said = &refused.stderr;
    assert!(
        said.contains("is neither a TCP socket nor a unix socket"),
        "{said}"
    );
}

#[tokio::test]
async fn sockets_that_nobody_asked_for_are_mentioned() {
    let address = free_address();
    let setup = setup().activated(Activation::at(&[Place::Tcp(free_address())]));
    let server = setup.set("http.listen", &address.to_string()).start();
    server.prints("systemd passed 1 sockets").await;
    assert_eq!(server.address(), address);
}

/// One request on a connection of its own.
fn ask(mut connection: impl Read + Write) -> io::Result<bool> {
    connection.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200 "))
}

fn ask_at(place: &Place) -> io::Result<bool> {
    match place {
        Place::Tcp(address) => ask(TcpStream::connect(address)?),
        Place::Unix(path) => ask(UnixStream::connect(path)?),
    }
}

/// Restarts a server on a socket that stays, while clients connect without a pause.
async fn restarts_without_a_loss(setup: Setup, listener: OwnedFd, place: Place) {
    let activation = Activation::with(listener, place.clone());
    let mut server = setup.activated(activation).start();
    let is_over = Arc::new(AtomicBool::new(false));
    let asked = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (place, is_over, asked) = (place.clone(), is_over.clone(), asked.clone());
            thread::spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    match ask_at(&place) {
                        Ok(true) => asked.fetch_add(1, Ordering::Relaxed),
                        lost => return Err(format!("{lost:?}")),
                    };
                }
                Ok(())
            })
        })
        .collect();
    for _ in 0..3 {
        let before = asked.load(Ordering::Relaxed);
        let deadline = Deadline::in_seconds(20);
        while asked.load(Ordering::Relaxed) < before + 20 && !deadline.is_over() {
            deadline.step().await;
        }
        server.restart().await;
    }
    is_over.store(true, Ordering::Relaxed);
    for client in clients {
        let ended = client.join().expect("no panic");
        assert_eq!(ended, Ok(()), "{}", server.output());
    }
}

#[tokio::test]
async fn no_connection_is_lost_while_a_server_on_a_tcp_socket_of_systemd_is_replaced() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let place = Place::Tcp(listener.local_addr().expect("a bound port"));
    restarts_without_a_loss(setup(), listener.into(), place).await;
}

#[tokio::test]
async fn no_connection_is_lost_while_a_server_on_a_unix_socket_of_systemd_is_replaced() {
    let setup = setup();
    let Place::Unix(path) = unix_place(&setup) else {
        unreachable!("a unix socket");
    };
    let listener = UnixListener::bind(&path).expect("a free path");
    restarts_without_a_loss(setup, listener.into(), Place::Unix(path)).await;
}
