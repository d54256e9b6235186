//! The example `examples/behind-a-proxy`: its service behind nginx, behind Caddy, and behind Traefik where `AZUMA_TRAEFIK` is the path of
//! one.

use std::env;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command};

use azuma_tests::Database;
use azuma_tests::addresses::free_address;
use azuma_tests::clients::{Carrier, Wire, WireAnswer};
use azuma_tests::nginx::Nginx;
use azuma_tests::people::Person;
use azuma_tests::process::{self, Signal};
use azuma_tests::scratch;
use azuma_tests::server::{Server, workspace};

use super::CARRIERS;
use crate::operation::operator::keys::{OLD, reissue, replace_key};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proxy {
    Nginx,
    Caddy,
    Traefik,
}

/// A process that is killed when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The service and the proxy in front of it.
struct House {
    address: SocketAddr,
    _running: Vec<Running>,
    _nginx: Option<Nginx>,
}

impl Proxy {
    fn recipe(self) -> &'static str {
        match self {
            Self::Nginx => "nginx.conf",
            Self::Caddy => "Caddyfile",
            Self::Traefik => "traefik.yml",
        }
    }

    /// The proxy with its recipe, with the addresses of this run.
    fn before(self, server: &Server) -> House {
        let (address, service) = (free_address(), free_address());
        let example = workspace().join("examples/behind-a-proxy");
        let recipe = fs::read_to_string(example.join(self.recipe())).expect("a recipe");
        let recipe = recipe
            .replace("127.0.0.1:8080", &server.address().to_string())
            .replace("127.0.0.1:8091", &service.to_string())
            .replace("127.0.0.1:8092", &address.to_string());
        let mut command = Command::new("python3");
        command
            .arg(example.join("service.py"))
            .arg(service.to_string());
        let mut running = vec![started("service.py", command, service)];
        let home = scratch::fresh_directory("proxy");
        let file = home.join(self.recipe());
        // A Caddy that took commands would need an address of its own for that.
        let recipe = match self {
            Self::Caddy => format!("{{\n\tadmin off\n}}\n{recipe}"),
            Self::Nginx | Self::Traefik => recipe,
        };
        fs::write(&file, &recipe).expect("a writable directory");
        let mut nginx = None;
        match self {
            Self::Nginx => nginx = Some(Nginx::with(&recipe, address)),
            Self::Caddy => running.push(started("caddy", caddy(&file, &home), address)),
            Self::Traefik => running.push(started("traefik", traefik(&file, address), address)),
        }
        House {
            address,
            _running: running,
            _nginx: nginx,
        }
    }
}

fn caddy(file: &Path, home: &Path) -> Command {
    let mut command = Command::new("caddy");
    command
        .envs([("XDG_CONFIG_HOME", home), ("XDG_DATA_HOME", home)])
        .args(["run", "--adapter", "caddyfile", "--config"])
        .arg(file);
    command
}

fn traefik(file: &Path, address: SocketAddr) -> Command {
    let mut command = Command::new(env::var_os("AZUMA_TRAEFIK").expect("the path of Traefik"));
    command
        .arg(format!("--entrypoints.web.address={address}"))
        .arg(format!("--providers.file.filename={}", file.display()));
    command
}

fn started(program: &str, command: Command, address: SocketAddr) -> Running {
    let process = process::spawn(command, Signal::Kill);
    let mut process = process.unwrap_or_else(|error| panic!("cannot run {program}: {error}"));
    process::wait_until_it_listens(program, &mut process, address);
    Running(process)
}

impl House {
    /// The answer to a request with these lines.
    fn asked(&self, method: &str, lines: &[String], body: &str) -> WireAnswer {
        let mut request = format!("{method} /room HTTP/1.1\r\nHost: {}\r\n", self.address);
        request.extend(lines.iter().map(|line| format!("{line}\r\n")));
        request.push_str("Connection: close\r\n\r\n");
        request.push_str(body);
        let mut wire = Wire::to(self.address);
        wire.send(request.as_bytes());
        wire.answer()
    }
}

fn line(carrier: Carrier, token: &str) -> String {
    let (name, value) = carrier.header(token);
    format!("{name}: {value}")
}

/// The value of a header of an answer.
fn header<'a>(answer: &'a WireAnswer, name: &str) -> Option<&'a str> {
    let mut lines = answer.text.lines().take_while(|line| !line.is_empty());
    lines.find_map(|line| {
        let (given, value) = line.split_once(": ")?;
        given.eq_ignore_ascii_case(name).then_some(value)
    })
}

/// Whether one of the headers `Cache-Control` keeps the answer out of all caches.
fn is_kept_from_caches(answer: &WireAnswer) -> bool {
    let mut lines = answer.text.lines().take_while(|line| !line.is_empty());
    lines.any(|line| line.eq_ignore_ascii_case("Cache-Control: no-store"))
}

async fn what_holds_behind(proxy: Proxy) {
    let server = Database::Sqlite.server();
    let server = server.set("sessions.rotating.renew_within", "30d").start();
    let neo = Person::named("nëo");
    let token = server.legacy().sign_up(&neo).await.token;
    let sliding = server.azuma().sign_in(&neo).await;
    let id = server.azuma().own_user(&sliding).await.success(200).id;
    let house = proxy.before(&server);
    let greeted = |answer: &WireAnswer| {
        assert_eq!(answer.status, Some(200), "{proxy:?}: {}", answer.text);
        let greeting = format!("Hello, nëo. You are {id}.\n");
        assert_eq!(answer.body(), greeting, "{proxy:?}");
    };

    // No token, or one that is not live.
    let unknown = line(Carrier::Azuma, "ee8e77d9-290e-4bb9-84a1-c2b7efb338df");
    let forged = format!("Azuma-User-Id: {id}");
    for lines in [
        vec![],
        vec![unknown.clone()],
        vec![forged.clone()],
        vec![unknown, forged],
    ] {
        let answer = house.asked("GET", &lines, "");
        assert_eq!(
            answer.status,
            Some(401),
            "{proxy:?} {lines:?}: {}",
            answer.text
        );
        assert!(
            header(&answer, "WWW-Authenticate").is_some_and(|value| value.starts_with("Bearer"))
        );
    }

    // In each carrier, whatever the client says itself, in any spelling.
    for carrier in CARRIERS {
        for method in ["GET", "POST", "DELETE"] {
            let mut lines = vec![line(carrier, &sliding), "Content-Length: 5".to_owned()];
            for name in [
                "Azuma-User-Id",
                "AZUMA-USER-NAME",
                "azuma_user_id",
                "Azuma-User_Id",
                "Azuma_User-Name",
            ] {
                lines.extend([format!("{name}: trinity"), format!("{name}: ")]);
            }
            greeted(&house.asked(method, &lines, "hello"));
        }
    }
    let chunked = [
        line(Carrier::Azuma, &sliding),
        "Transfer-Encoding: chunked".to_owned(),
    ];
    greeted(&house.asked("POST", &chunked, "5\r\nhello\r\n0\r\n\r\n"));

    // The next token.
    let next = server
        .legacy()
        .me(&token)
        .await
        .next_token()
        .expect("it is due");
    let by_cookie = house.asked("GET", &[line(Carrier::LegacyCookie, &token)], "");
    greeted(&by_cookie);
    let cookie = header(&by_cookie, "Set-Cookie").expect("a cookie");
    assert!(
        cookie.starts_with(&format!("azuma_session={next};")),
        "{cookie}"
    );
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    assert_eq!(is_kept_from_caches(&by_cookie), proxy != Proxy::Traefik);
    for carrier in [Carrier::LegacyHeader, Carrier::Azuma] {
        let answer = house.asked("GET", &[line(carrier, &token)], "");
        greeted(&answer);
        let handed_on = match proxy {
            Proxy::Nginx | Proxy::Caddy => Some(next.as_str()),
            Proxy::Traefik => None,
        };
        assert_eq!(header(&answer, "Azuma-Session"), handed_on);
        assert_eq!(is_kept_from_caches(&answer), handed_on.is_some());
        assert_eq!(header(&answer, "Set-Cookie"), None);
    }

    // The session ends.
    server.azuma().logout(&sliding).await.done(204);
    let answer = house.asked("GET", &[line(Carrier::Azuma, &sliding)], "");
    assert_eq!(answer.status, Some(401), "{proxy:?}: {}", answer.text);
}

/// The next token of a sliding session is a UUID, and is there once tokens have been issued again.
#[tokio::test]
async fn nginx_and_caddy_hand_on_the_next_token_of_a_sliding_session() {
    let mut server = Database::Sqlite.server().set("secret_key", OLD).start();
    let former = server.azuma().sign_up(&Person::named("neo")).await;
    replace_key(&mut server).await;
    reissue(&server, &[]);
    let next = server.azuma().own_user(&former).await;
    let next = next.header("Azuma-Session").expect("it is due");
    for proxy in [Proxy::Nginx, Proxy::Caddy] {
        let house = proxy.before(&server);
        let answer = house.asked("GET", &[line(Carrier::Azuma, &former)], "");
        assert_eq!(answer.status, Some(200), "{proxy:?}: {}", answer.text);
        assert_eq!(header(&answer, "Azuma-Session"), Some(next), "{proxy:?}");
    }
}

#[tokio::test]
async fn a_service_behind_nginx_knows_its_users_and_none_that_a_client_makes_up() {
    what_holds_behind(Proxy::Nginx).await;
}

#[tokio::test]
async fn a_service_behind_caddy_knows_its_users_and_none_that_a_client_makes_up() {
    what_holds_behind(Proxy::Caddy).await;
    // `scripts/try-traefik` says where it is.
    if env::var_os("AZUMA_TRAEFIK").is_some() {
        what_holds_behind(Proxy::Traefik).await;
    }
}
