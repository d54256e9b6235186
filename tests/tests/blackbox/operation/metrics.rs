//! What a server counts, as a scraper reads it.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};

use azuma_tests::deadline::Deadline;
use azuma_tests::people::Person;
use azuma_tests::process::Signal;
use azuma_tests::prometheus::metrics_address;
use azuma_tests::server::{Server, Setup};
use azuma_tests::{Database, on_both_databases};

fn measured(setup: Setup) -> Setup {
    setup.set("telemetry.metrics_listen", "127.0.0.1:0")
}

/// The values by their names with labels.
struct Scrape(BTreeMap<String, f64>);

impl Scrape {
    async fn of(server: &Server) -> Self {
        Self::at(metrics_address(server)).await
    }

    async fn at(address: SocketAddr) -> Self {
        let answer = reqwest::get(format!("http://{address}/metrics")).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), 200);
        let media_type = answer.headers()["Content-Type"]
            .to_str()
            .expect("text")
            .to_owned();
        assert_eq!(media_type, "text/plain; version=0.0.4; charset=utf-8");
        let text = answer.text().await.expect("text");
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        let sample = |line: &str| {
            let (name, value) = line.rsplit_once(' ').expect("a value");
            (name.to_owned(), value.parse().expect("a number"))
        };
        Self(samples.map(sample).collect())
    }

    #[track_caller]
    fn has(&self, name: &str, value: f64) {
        let found = self.0.get(name);
        let same = found.is_some_and(|found| (found - value).abs() < f64::EPSILON);
        assert!(same, "{name} is {found:?}, not {value}: {:#?}", self.0);
    }

    fn get(&self, name: &str) -> f64 {
        let found = self.0.get(name).copied();
        found.unwrap_or_else(|| panic!("no {name} in {:#?}", self.0))
    }
}

/// How often a route was answered so.
fn requests(method: &str, route: &str, status: u16) -> String {
    format!(
        "http_server_request_duration_seconds_count{{http_request_method=\"{method}\",http_route=\"{route}\",\
         http_response_status_code=\"{status}\"}}"
    )
}

/// Scrapes until a value satisfies the condition.
async fn scrape_until(server: &Server, name: &str, holds: impl Fn(f64) -> bool) -> Scrape {
    let deadline = Deadline::in_seconds(60);
    loop {
        let scrape = Scrape::of(server).await;
        if scrape.0.get(name).is_some_and(|value| holds(*value)) {
            return scrape;
        }
        assert!(!deadline.is_over(), "{name} in {:#?}", scrape.0);
        deadline.step().await;
    }
}

/// How many logins had this outcome.
fn logins(dialect: &str, outcome: &str) -> String {
    format!("azuma_logins_total{{dialect=\"{dialect}\",outcome=\"{outcome}\"}}")
}

/// How many checks were answered so.
fn checks(answer: &str) -> String {
    format!("azuma_session_checks_total{{answer=\"{answer}\"}}")
}

#[on_both_databases]
async fn requests_and_session_checks_are_counted_by_route_and_answer(db: Database) {
    let server = measured(db.server()).start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let id = server.azuma().own_user(&token).await.success(200).id;
    for path in ["/user/self", "/user/self", &format!("/user/{id}")] {
        let request = server.get(path).bearer(&token);
        request.send().await.done(200);
    }
    let unknown = "ee8e77d9-290e-4bb9-84a1-c2b7efb338df";
    let request = server.get("/user/self").bearer(unknown);
    request.send().await.done(401);
    server.get("/nowhere").send().await.done(404);
    let brewing = server.request("BREW".parse().expect("a method"), "/api/me");
    brewing.send().await.done(405);

    let scrape = Scrape::of(&server).await;
    for (name, count) in [
        (requests("GET", "/user/self", 200), 3.0),
        (requests("GET", "/user/self", 401), 1.0),
        (requests("GET", "/user/{id}", 200), 1.0),
        (requests("GET", "", 404), 1.0),
        (requests("_OTHER", "/api/me", 405), 1.0),
        (checks("database"), 1.0),
        (checks("memory"), 3.0),
        (checks("refused"), 1.0),
        (checks("failed"), 0.0),
    ] {
        scrape.has(&name, count);
    }
}

#[on_both_databases]
async fn logins_and_hashes_are_counted_and_what_the_server_is(db: Database) {
    let server = measured(db.server()).start();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    server.azuma().login("neo", "wrong").await.done(403);
    server.azuma().login("smith", "wrong").await.done(404);
    server.legacy().login("neo", &neo.password).await.done(200);
    let refused = server.account().authenticate("neo", "wrong").await;
    refused.done(401);

    // A registration, and three logins of somebody who exists. A hash is counted just after the client has its answer.
    let hashes = "azuma_password_hash_duration_seconds_count";
    let scrape = scrape_until(&server, hashes, |count| count >= 4.0).await;
    let version = env!("CARGO_PKG_VERSION");
    for (name, count) in [
        (logins("azuma", "wrong_password").as_str(), 1.0),
        (&logins("azuma", "user_unknown"), 1.0),
        (&logins("azuma", "success"), 0.0),
        (&logins("legacy", "success"), 1.0),
        (&logins("account", "wrong_password"), 1.0),
        (hashes, 4.0),
        ("azuma_password_hash_queue", 0.0),
        ("azuma_log_lines_dropped_total", 0.0),
        ("azuma_ready", 1.0),
        (&format!("azuma_build_info{{version=\"{version}\"}}"), 1.0),
    ] {
        scrape.has(name, count);
    }
    assert!(scrape.get("azuma_unit_retries_total") >= 0.0);
    let idle = "azuma_db_connections{state=\"idle\"}";
    scrape_until(&server, idle, |count| count >= 1.0).await;
}

#[on_both_databases]
async fn each_node_measures_how_long_an_ended_session_goes_on_and_nobody_sees_it(db: Database) {
    let server = measured(db.server()).start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    let scrape = scrape_until(&server, "azuma_revocation_lag_seconds_count", |count| {
        count >= 1.0
    })
    .await;
    let all = scrape.get("azuma_revocation_lag_seconds_count");
    scrape.has("azuma_revocation_lag_seconds_bucket{le=\"3\"}", all);
    scrape.has("azuma_session_checks_total{answer=\"memory\"}", 0.0);
    assert_eq!(server.azuma().list_sessions(&token).await.len(), 1);
}

#[on_both_databases]
async fn mail_that_is_not_sent_is_counted_with_its_age(db: Database) {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = silent.local_addr().expect("a bound port");
    drop(silent);
    let setup = measured(db.server()).set("mail.url", &format!("smtp://{address}"));
    let server = setup.start();
    server
        .account()
        .ask_for_account(&Person::named("neo"))
        .await;
    let waiting = "azuma_mail_messages{state=\"waiting\"}";
    let scrape = scrape_until(&server, waiting, |count| count > 0.0).await;
    scrape.has(waiting, 1.0);
    scrape.has("azuma_mail_messages{state=\"dead\"}", 0.0);
    assert!(scrape.get("azuma_mail_oldest_due_seconds") >= 0.0);
}

#[on_both_databases]
async fn nothing_is_measured_or_served_by_default(db: Database) {
    let server = db.server().start();
    server
        .get("/metrics")
        .send()
        .await
        .refused(404, "NOT_FOUND");
    assert!(
        !server.output().contains("metrics are at"),
        "{}",
        server.output()
    );
}

#[on_both_databases]
async fn the_listener_of_metrics_tells_that_a_server_is_stopping_until_it_has_stopped(
    db: Database,
) {
    // A mail server that says nothing delays an orderly stop.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = silent.local_addr().expect("a bound port");
    let setup = measured(db.server()).set("mail.url", &format!("smtp://{address}"));
    let mut server = setup.set("http.shutdown_grace", "5s").start();
    let metrics = metrics_address(&server);
    let ready = async || {
        reqwest::get(format!("http://{metrics}/readyz"))
            .await
            .expect("an answer")
    };
    assert_eq!(ready().await.status(), 200);
    server
        .account()
        .ask_for_account(&Person::named("neo"))
        .await;
    let _endless = silent.accept().expect("a connection");
    server.signal(Signal::Terminate);
    server.prints("stopping").await;
    let answer = ready().await;
    assert_eq!(answer.status(), 503);
    let text = answer.text().await.expect("text");
    assert!(text.contains(r#""server":"stopping""#), "{text}");
    Scrape::at(metrics).await.has("azuma_ready", 0.0);
    assert!(server.ended().await.success());
}

#[test]
fn an_address_that_is_taken_or_is_none_stops_the_start() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("a bound port").to_string();
    for (address, reason) in [
        (address.as_str(), "`telemetry.metrics_listen`"),
        ("nowhere", "must be an address and a port"),
        ("unix:/run/metrics", "or `localhost:8080`; it is"),
    ] {
        let refused = Setup::sqlite()
            .set("telemetry.metrics_listen", address)
            .run(&[]);
        let complaint = refused.complaint();
        assert!(complaint.contains(reason), "{complaint}");
    }
}
