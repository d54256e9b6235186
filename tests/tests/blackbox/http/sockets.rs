//! A server that listens on a unix socket. `docs/sockets.md` says what it promises.

use std::fs::{self, Permissions};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use azuma_tests::Database;
use azuma_tests::clients::{Issued, Sessions, Wire};
use azuma_tests::nginx::Nginx;
use azuma_tests::people::Person;
use azuma_tests::server::{Server, Setup};
use reqwest::Method;
use serde_json::json;
use tokio::net::{UnixSocket, UnixStream};

/// A setup whose socket is in its directory, and the path of the socket.
fn with_socket() -> (Setup, PathBuf) {
    let setup = Database::Sqlite.server();
    let path = setup.home().join("azuma.sock");
    (at(setup, &path), path)
}

fn at(setup: Setup, path: &Path) -> Setup {
    setup.set("http.listen", &format!("unix:{}", path.display()))
}

fn inode(path: &Path) -> u64 {
    fs::symlink_metadata(path).expect("a file").ino()
}

fn permissions(path: &Path) -> u32 {
    let metadata = fs::metadata(path).expect("a socket");
    assert!(metadata.file_type().is_socket());
    metadata.permissions().mode() & 0o7777
}

async fn answers(server: &Server) {
    server.azuma().index().await.success(200);
}

/// Registers a person by plain HTTP, which the client in Rust does not speak on a unix socket.
async fn register(server: &Server, person: &Person) -> String {
    let azuma = server.azuma();
    let issued = azuma.register(&person.name, &person.email, &person.password);
    issued.await.success(201).token
}

/// The address listed for a session that is begun with these headers.
async fn listed_address(server: &Server, name: &str, headers: &[(&str, &str)]) -> Option<String> {
    let neo = Person::named(name);
    register(server, &neo).await;
    let body = json!({"name": neo.name, "password": neo.password});
    let mut login = server.post("/user/login", &body);
    for (header, value) in headers {
        login = login.header(header, value);
    }
    let token = login.receive::<Issued>().await.success(200).token;
    let mut list = server.get("/user/sessions").bearer(&token);
    for (header, value) in headers {
        list = list.header(header, value);
    }
    let sessions = list.receive::<Sessions>().await.success(200).sessions;
    sessions.into_iter().find(|session| session.current)?.ip
}

#[tokio::test]
async fn a_unix_socket_has_the_mode_that_is_set_and_is_removed_at_the_end() {
    for (mode, bits) in [(None, 0o660), (Some("0600"), 0o600), (Some("0666"), 0o666)] {
        let (setup, path) = with_socket();
        let setup = match mode {
            Some(mode) => setup.set("http.socket_mode", mode),
            None => setup,
        };
        let mut server = setup.start();
        answers(&server).await;
        assert_eq!(permissions(&path), bits);
        assert!(server.terminate().await.success());
        assert!(!path.exists());
    }
}

#[test]
fn azuma_health_asks_through_the_socket() {
    let (setup, path) = with_socket();
    let mut server = setup.start();
    let told = server.setup().run(&["health"]);
    assert!(told.success().starts_with("ready"), "{}", told.stdout);
    server.kill();
    let refused = server.setup().run(&["health"]);
    let place = format!("no server answers at unix:{}", path.display());
    assert!(refused.complaint().contains(&place), "{}", refused.stderr);
}

#[tokio::test]
async fn the_socket_of_a_server_that_was_killed_is_replaced() {
    let (setup, path) = with_socket();
    let mut server = setup.start();
    server.kill();
    assert!(path.exists());
    server.start_again();
    answers(&server).await;
}

#[tokio::test]
async fn a_socket_that_somebody_listens_on_stays_theirs() {
    let (setup, path) = with_socket();
    let server = setup.start();
    let before = inode(&path);
    let other = at(server.setup().elsewhere(), &path).run(&[]);
    let complaint = other.complaint();
    assert!(
        complaint.contains("another process listens there"),
        "{complaint}"
    );
    assert_eq!(inode(&path), before);
    answers(&server).await;
}

#[tokio::test]
async fn a_listener_that_accepts_nothing_is_not_waited_for() {
    let (setup, path) = with_socket();
    let socket = UnixSocket::new_stream().expect("a socket");
    socket.bind(&path).expect("a free path");
    let _listener = socket.listen(1).expect("a bound socket");
    let mut queued = Vec::new();
    while let Ok(connection) = UnixStream::connect(&path).await {
        queued.push(connection);
    }
    let refused = setup.run(&[]);
    let complaint = refused.complaint();
    assert!(
        complaint.contains("another process listens there"),
        "{complaint}"
    );
}

#[test]
fn what_is_no_socket_is_left_alone() {
    let (setup, path) = with_socket();
    fs::write(&path, "precious").expect("a writable directory");
    let refused = setup.run(&[]);
    assert!(
        refused
            .complaint()
            .contains("there is a file that is no socket")
    );
    assert_eq!(fs::read(&path).expect("the file"), b"precious");
    let (setup, path) = with_socket();
    symlink("elsewhere.sock", &path).expect("a writable directory");
    let refused = setup.run(&[]);
    assert!(
        refused
            .complaint()
            .contains("there is a file that is no socket")
    );
    assert!(path.is_symlink());
}

#[test]
fn a_directory_that_does_not_exist_is_named() {
    let (setup, path) = with_socket();
    let path = path.with_file_name("missing").join("azuma.sock");
    let refused = at(setup, &path).run(&[]);
    let complaint = refused.complaint();
    let place = format!("cannot listen on unix:{}", path.display());
    assert!(complaint.contains(&place), "{complaint}");
}

#[tokio::test]
async fn a_server_removes_no_socket_but_its_own() {
    let (setup, path) = with_socket();
    let mut server = setup.start();
    fs::rename(&path, path.with_extension("moved")).expect("a writable directory");
    let _other = UnixListener::bind(&path).expect("a free path");
    server.terminate().await;
    assert!(path.exists());
}

#[tokio::test]
async fn who_may_open_the_socket_is_believed_about_the_client() {
    let (setup, _) = with_socket();
    let server = setup.set("http.trusted_proxies", "10.0.0.0/8").start();
    let believed = "198.51.100.1, 203.0.113.7, 10.1.2.3";
    for (name, headers, expected) in [
        ("neo", &[("X-Forwarded-For", believed)][..], "203.0.113.7"),
        (
            "trinity",
            &[("Forwarded", "for=203.0.113.8")],
            "203.0.113.8",
        ),
        ("tank", &[("X-Forwarded-For", "unix:")], "127.0.0.1"),
        ("mouse", &[], "127.0.0.1"),
    ] {
        let listed = listed_address(&server, name, headers).await;
        assert_eq!(listed.as_deref(), Some(expected), "{headers:?}");
    }
}

/// More wrong guesses than a client has with one name.
const TOO_MANY: usize = 60;

/// How many guesses at a new account, each by the client that is told, are answered before one is refused.
async fn guesses(server: &Server, name: &str, told: impl Fn(usize) -> Option<String>) -> usize {
    register(server, &Person::named(name)).await;
    let body = json!({"name": name, "password": "a guess"});
    for number in 0..TOO_MANY {
        let login = server.request(Method::POST, "/user/login").json(&body);
        let login = match told(number) {
            Some(address) => login.header("X-Forwarded-For", address),
            None => login,
        };
        if login.send().await.status == 429 {
            return number;
        }
    }
    TOO_MANY
}

#[tokio::test]
async fn the_guard_counts_each_client_behind_the_socket_and_those_without_an_address_as_one() {
    let (setup, _) = with_socket();
    let server = setup.set("abuse.enabled", "true").start();
    let one = |_| Some("203.0.113.7".to_owned());
    assert!(guesses(&server, "neo", one).await < TOO_MANY);
    let many = |number| Some(format!("203.0.113.{}", 100 + number));
    assert_eq!(guesses(&server, "trinity", many).await, TOO_MANY);
    assert!(guesses(&server, "tank", |_| None).await < TOO_MANY);
}

#[tokio::test]
async fn nginx_reaches_the_socket_and_tells_the_client() {
    let (setup, path) = with_socket();
    let server = setup.set("http.socket_mode", "0666").start();
    // nginx runs as another user.
    let home = server.setup().home();
    fs::set_permissions(home, Permissions::from_mode(0o755)).expect("our directory");
    let nginx = Nginx::before(
        format!("unix:{}", path.display()),
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    );
    let neo = Person::named("neo");
    let token = register(&server, &neo).await;
    let mut wire = Wire::from("127.0.0.2", nginx.address()).await;
    let body = json!({"name": neo.name, "password": neo.password}).to_string();
    let length = body.len();
    let head = format!("POST /user/login HTTP/1.1\r\nHost: x\r\nContent-Length: {length}");
    wire.send(format!("{head}\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n{body}").as_bytes());
    let answer = wire.answer();
    assert_eq!(answer.status, Some(200), "{}", answer.text);
    let sessions = server.azuma().list_sessions(&token).await;
    let addresses: Vec<_> = sessions.into_iter().map(|session| session.ip).collect();
    assert!(
        addresses.contains(&Some("127.0.0.2".to_owned())),
        "{addresses:?}"
    );
}
