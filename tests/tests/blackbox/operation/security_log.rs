//! The log of attacks on accounts, in both formats, and the fail2ban filter over it.

use std::process::Command;

use azuma_tests::clients::Update;
use azuma_tests::people::Person;
use azuma_tests::server::{Server, workspace};
use azuma_tests::{Database, on_both_databases};
use serde_json::{Value, json};

/// Prints the client of each line that a failregex of our filter finds, with the engine that fail2ban has.
const FIND: &str = r"
import configparser, re, sys
filter = configparser.ConfigParser()
filter.read(sys.argv[1])
date = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z')
host = r'(?P<host>[0-9a-fA-F.:]+)'
found = [re.compile(one.replace('<HOST>', host)) for one in filter['Definition']['failregex'].splitlines()]
for line in sys.stdin:
    undated = date.sub('', line, count=1)
    for one in found:
        if match := one.search(undated):
            print(match['host'])
            break
";

const CLIENT: &str = "203.0.113.7";

fn server(db: Database, format: &str) -> Server {
    db.server()
        .set("telemetry.log_format", format)
        .set("http.trusted_proxies", "127.0.0.0/8")
        .start()
}

/// Tries to log in from [`CLIENT`].
async fn log_in(server: &Server, name: &str, password: &str) -> u16 {
    let body = json!({"name": name, "password": password});
    let login = server.post("/user/login", &body);
    login.header("X-Forwarded-For", CLIENT).send().await.status
}

/// The lines of the security log that were printed until the server ended.
async fn security_lines(mut server: Server) -> Vec<Value> {
    server.terminate().await;
    let output = server.output();
    let lines = output
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines
        .filter(|line| line["target"] == "azuma::security")
        .collect()
}

/// The clients that fail2ban would count, a line each.
async fn counted(mut server: Server) -> Vec<String> {
    server.terminate().await;
    let log = server.setup().home().join("azuma.log");
    std::fs::write(&log, server.output()).expect("the log can be written");
    let filter = workspace().join("config/fail2ban/azuma.conf");
    let log = std::fs::File::open(log).expect("the log can be read");
    let found = Command::new("python3")
        .arg("-c")
        .arg(FIND)
        .arg(filter)
        .stdin(log)
        .output()
        .expect("python3 runs");
    let complaint = String::from_utf8_lossy(&found.stderr);
    assert!(found.status.success(), "{complaint}");
    let found = String::from_utf8_lossy(&found.stdout);
    found.lines().map(str::to_owned).collect()
}

#[on_both_databases]
async fn is_shown_by_default_and_says_who_did_what(db: Database) {
    let server = server(db, "json");
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    let id = server.azuma().own_user(&token).await.success(200).id;
    assert_eq!(log_in(&server, "neo", "wrong").await, 403);
    server.azuma().delete_self(&token).await.done(204);
    let lines = security_lines(server).await;
    let told: Vec<_> = lines
        .iter()
        .map(|line| ["event", "detail", "user", "ip", "level"].map(|field| line[field].as_str()))
        .collect();
    let line = |event, detail, ip| {
        [
            Some(event),
            detail,
            Some(id.as_str()),
            Some(ip),
            Some("INFO"),
        ]
    };
    let refused = line("login_refused", Some("wrong_password"), CLIENT);
    let deleted = line("account_deleted", None, "127.0.0.1");
    assert_eq!(told, [refused, deleted]);
}

#[on_both_databases]
async fn names_nothing_that_was_typed(db: Database) {
    let mut server = server(db, "json");
    let (name, password) = ("typed-name", "typed-password");
    server.azuma().login(name, password).await.done(404);
    server.legacy().login(name, password).await.done(404);
    let recovery = server.account().recover("typed@example.org").await;
    recovery.done(200);
    server.account().verify("typed-link").await.done(404);
    server.terminate().await;
    let output = server.output();
    assert!(output.contains("link_refused"), "{output}");
    assert!(!output.contains("typed"), "{output}");
}

#[on_both_databases]
async fn tells_fail2ban_the_client_of_each_refusal_and_nothing_else(db: Database) {
    for format in ["json", "pretty"] {
        let server = server(db, format);
        let (azuma, neo) = (server.azuma(), Person::named("neo"));
        let token = azuma.sign_up(&neo).await;
        log_in(&server, "neo", "wrong").await;
        log_in(&server, "nobody", "wrong").await;
        server.account().verify("no link").await.done(404);
        let changed = azuma.change_password(&token, "another").await;
        changed.done(200);
        azuma.delete_self(&token).await.done(204);
        let smith = Person::named("smith");
        azuma.sign_up(&smith).await;
        let reason = r#"he said "ip=192.0.2.9""#;
        let disable = ["user", "disable", "smith", "--reason", reason];
        server.setup().run(&disable).success();
        assert_eq!(log_in(&server, "smith", &smith.password).await, 403);
        let clients = counted(server).await;
        assert_eq!(clients, [CLIENT, CLIENT, "127.0.0.1", CLIENT], "{format}");
    }
}

#[on_both_databases]
async fn tells_fail2ban_of_wrong_current_passwords(db: Database) {
    for format in ["json", "pretty"] {
        let server = db
            .server()
            .set("telemetry.log_format", format)
            .set("passwords.require_current", "true")
            // The lines of a request that is traced say more. Nobody listens there.
            .set("telemetry.otlp_endpoint", "http://127.0.0.1:9")
            .start();
        let (azuma, neo) = (server.azuma(), Person::named("neo"));
        let token = azuma.sign_up(&neo).await;
        let change = |current| Update::default().name("one").current_password(current);
        azuma.update(&token, &change("wrong")).await.done(403);
        azuma.update(&token, &change(&neo.password)).await.done(200);
        assert_eq!(counted(server).await, ["127.0.0.1"], "{format}");
    }
}
