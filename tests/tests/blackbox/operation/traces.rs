//! Traces of requests, in a collector.

mod trouble;

use std::fs;

use azuma_tests::certificates::Certificates;
use azuma_tests::people::Person;
use azuma_tests::postgres::Cluster;
use azuma_tests::server::{Server, Setup};
use azuma_tests::trace_collector::TraceCollector;
use azuma_tests::{Database, on_both_databases};
use serde_json::{Value, json};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

fn tracing(db: Database, collector: &TraceCollector) -> Setup {
    db.server().set("telemetry.otlp_endpoint", collector.url())
}

/// A request that was answered, and what its span is to say of it.
struct Told {
    request_id: String,
    name: &'static str,
    method: &'static str,
    route: Option<&'static str>,
    status: u16,
    user: Option<String>,
}

impl Told {
    fn check(&self, span: &Value) {
        assert_eq!(span["name"], self.name, "{span}");
        assert_eq!(span["kind"], "SPAN_KIND_SERVER", "{span}");
        assert_eq!(span["status"], "STATUS_CODE_UNSET", "{span}");
        assert_eq!(span["parent"], "", "{span}");
        assert!(span["start"].as_u64() < span["end"].as_u64(), "{span}");
        let mut says = span["attributes"].clone();
        let took = says["azuma.database.duration"].take();
        let took = took.as_f64().expect("seconds");
        assert!((0.0..10.0).contains(&took), "{span}");
        let mut expected = json!({
            "http.request.method": self.method,
            "http.response.status_code": self.status,
            "url.scheme": "http",
            "network.protocol.version": "1.1",
            "client.address": "127.0.0.1",
            "azuma.request_id": self.request_id,
            "azuma.database.duration": null,
        });
        if let Some(route) = self.route {
            expected["http.route"] = route.into();
        }
        if let Some(user) = &self.user {
            expected["enduser.id"] = user.clone().into();
        }
        assert_eq!(says, expected);
        assert_eq!(span["scope"], "azuma");
        let process = &span["resource"];
        assert_eq!(process["service.name"], "azuma");
        assert_eq!(process["service.version"], env!("CARGO_PKG_VERSION"));
        let instance = process["service.instance.id"].as_str();
        assert_eq!(instance.map(str::len), Some(36), "{span}");
    }
}

#[on_both_databases]
async fn each_request_is_a_span_that_tells_who_asked_for_what_and_holds_no_secret(db: Database) {
    let collector = TraceCollector::start();
    let mut server = tracing(db, &collector).start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    let user = server.azuma().own_user(&token).await.success(200).id;
    let login = server.azuma().login(&neo.name, &neo.password).await;
    let by_id = server.get(&format!("/user/{user}?token={token}"));
    let by_id = by_id.bearer(&token).send().await;
    let unknown = server.get(&format!("/secret/{token}")).send().await;
    let page = server.get(&format!("/reset?token={token}")).send().await;
    let odd = server.request("BREW".parse().expect("a method"), "/user/login");
    let odd = odd.send().await;
    server.get("/livez").send().await.done(200);
    server.get("/readyz").send().await.done(200);
    server.terminate().await;

    let told = |request_id: &str, name, method, route, status, user| Told {
        request_id: request_id.to_owned(),
        name,
        method,
        route,
        status,
        user,
    };
    for told in [
        told(
            login.request_id(),
            "POST /user/login",
            "POST",
            Some("/user/login"),
            200,
            Some(user.clone()),
        ),
        told(
            by_id.request_id(),
            "GET /user/{id}",
            "GET",
            Some("/user/{id}"),
            200,
            Some(user),
        ),
        told(unknown.request_id(), "GET", "GET", None, 404, None),
        told(
            page.request_id(),
            "GET /reset",
            "GET",
            Some("/reset"),
            404,
            None,
        ),
        told(
            odd.request_id(),
            "_OTHER /user/login",
            "_OTHER",
            Some("/user/login"),
            405,
            None,
        ),
    ] {
        told.check(&collector.span_of(&told.request_id).await);
    }
    let all = format!("{:#?}", collector.spans());
    let secrets = [&token, &neo.password, &neo.name, &neo.email];
    for hidden in secrets
        .map(String::as_str)
        .into_iter()
        .chain(["/secret", "/livez", "/readyz"])
    {
        assert!(!all.contains(hidden), "{hidden} in {all}");
    }
    let output = server.output();
    assert!(!output.contains("takes no traces"), "{output}");
}

#[on_both_databases]
async fn what_a_login_waits_for_are_parts_of_its_span_and_a_check_from_memory_has_none(
    db: Database,
) {
    let collector = TraceCollector::start();
    let mut server = tracing(db, &collector).start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    let login = server.azuma().login(&neo.name, &neo.password).await;
    let checks = [
        server.azuma().own_user(&token).await,
        server.azuma().own_user(&token).await,
    ];
    server.terminate().await;
    let spans = collector.spans();
    let span = collector.span_of(login.request_id()).await;
    let parts: Vec<_> = spans
        .iter()
        .filter(|part| part["parent"] == span["span_id"])
        .collect();
    let named = |name: &str| parts.iter().filter(|part| part["name"] == name).count();
    assert_eq!(named("password hash"), 1, "{parts:#?}");
    assert!(
        named("transaction") >= 1 && named("read") >= 1,
        "{parts:#?}"
    );
    let system = match db {
        Database::Sqlite => "sqlite",
        Database::Postgres => "postgresql",
    };
    for part in &parts {
        assert_eq!(part["trace_id"], span["trace_id"]);
        assert!(part["start"].as_u64() >= span["start"].as_u64(), "{part}");
        assert!(part["end"].as_u64() <= span["end"].as_u64(), "{part}");
        let of_database = &part["attributes"]["db.system.name"];
        match part["name"].as_str() {
            Some("password hash") => assert_eq!(*of_database, Value::Null),
            _ => assert_eq!(*of_database, system),
        }
    }
    let [_, second] = checks;
    let span = collector.span_of(second.request_id()).await;
    assert!(!spans.iter().any(|part| part["parent"] == span["span_id"]));
}

/// The lines of the log so far that have this field.
fn lines_of(server: &Server, field: &str, value: &str) -> Vec<Value> {
    let output = server.output();
    let lines = output
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line[field] == value).collect()
}

#[on_both_databases]
async fn lines_of_a_request_carry_the_id_of_its_trace_and_others_carry_none(db: Database) {
    let collector = TraceCollector::start();
    let setup = tracing(db, &collector).set("telemetry.access_log", "true");
    let mut server = setup.set("telemetry.log_format", "json").start();
    let refused = server.azuma().login("nobody", "wrong").await;
    let span = collector.span_of(refused.request_id()).await;
    server.terminate().await;
    server.prints("stopped").await;
    let lines = lines_of(&server, "request_id", refused.request_id());
    let mut targets: Vec<_> = lines.iter().map(|line| line["target"].as_str()).collect();
    targets.sort_unstable();
    assert_eq!(targets, [Some("azuma::access"), Some("azuma::security")]);
    for line in lines {
        assert_eq!(line["trace_id"], span["trace_id"], "{line}");
    }
    let stopped = lines_of(&server, "message", "stopped");
    assert_eq!(stopped[0]["trace_id"], Value::Null, "{stopped:?}");
}

#[tokio::test]
async fn lines_for_people_carry_the_id_of_their_trace() {
    let collector = TraceCollector::start();
    let setup = tracing(Database::Sqlite, &collector);
    let server = setup.set("telemetry.log_format", "pretty").start();
    let refused = server.azuma().login("nobody", "wrong").await;
    let span = collector.span_of(refused.request_id()).await;
    let (request, trace) = (refused.request_id(), span["trace_id"].as_str());
    let words = format!("request_id={request} trace_id={}", trace.expect("an id"));
    server.prints(&words).await;
}

#[tokio::test]
async fn a_trusted_proxy_says_which_trace_a_request_is_part_of_and_whether_it_is_sent() {
    let collector = TraceCollector::start();
    let setup = tracing(Database::Sqlite, &collector).set("telemetry.trace_sample", "0");
    let mut server = setup.set("http.trusted_proxies", "127.0.0.1").start();
    let sent = |said: String| server.get("/").header("traceparent", said).send();
    let wanted = sent(format!("00-{TRACE}-{SPAN}-01")).await;
    let unwanted = sent(format!("00-{TRACE}-{SPAN}-00")).await;
    let begun_here = server.get("/").send().await;
    let malformed = sent(format!("00-{TRACE}-{SPAN}-01-{}", "f".repeat(1_000))).await;
    let twice = server
        .get("/")
        .header("traceparent", format!("00-{TRACE}-{SPAN}-01"));
    let twice = twice.header("traceparent", format!("00-{TRACE}-{SPAN}-01"));
    let twice = twice.send().await;
    server.terminate().await;
    let span = collector.span_of(wanted.request_id()).await;
    assert_eq!(span["trace_id"], TRACE);
    assert_eq!(span["parent"], SPAN);
    for unsent in [unwanted, begun_here, malformed, twice] {
        unsent.done(200);
        let is_its = |span: &Value| span["attributes"]["azuma.request_id"] == unsent.request_id();
        assert!(!collector.spans().iter().any(is_its));
    }
}

#[tokio::test]
async fn a_stranger_writes_into_no_trace() {
    let collector = TraceCollector::start();
    let setup = tracing(Database::Sqlite, &collector);
    let server = setup.set("http.trusted_proxies", "10.0.0.0/8").start();
    let said = format!("00-{TRACE}-{SPAN}-00");
    let answer = server.get("/").header("traceparent", said).send().await;
    let span = collector.span_of(answer.request_id()).await;
    assert_ne!(span["trace_id"], TRACE);
    assert_eq!(span["parent"], "");
}

#[tokio::test]
async fn an_https_collector_is_believed_by_its_authority_and_gets_its_headers_which_nobody_is_shown()
 {
    let setup = Database::Sqlite.server();
    let certificates = Certificates::create(setup.home());
    let collector = TraceCollector::start_with(&certificates);
    let authority = certificates.authority.display().to_string();
    let setup = setup.set("telemetry.otlp_endpoint", collector.url()).set(
        "telemetry.otlp_headers",
        "Authorization=Basic aHVudGVyMg==, tenant=t1",
    );
    let printed = setup.run(&["config"]);
    let printed = printed.success();
    assert!(printed.contains("otlp_headers = \"********\""), "{printed}");
    let mut server = setup.set("telemetry.otlp_ca_file", &authority).start();
    let answer = server.get("/").send().await;
    let span = collector.span_of(answer.request_id()).await;
    assert_eq!(span["headers"]["authorization"], "Basic aHVudGVyMg==");
    assert_eq!(span["headers"]["tenant"], "t1");
    server.terminate().await;
    assert!(
        !server.output().contains("aHVudGVyMg"),
        "{}",
        server.output()
    );
    let setup = server.setup().clone().unset("telemetry.otlp_ca_file");
    let server = setup.start();
    server.get("/").send().await.done(200);
    server.prints("UnknownIssuer").await;
}

#[tokio::test]
async fn a_request_that_fails_is_an_error_and_so_is_the_part_that_failed() {
    let collector = TraceCollector::start();
    let cluster = Cluster::start();
    let setup = Setup::postgres(&cluster.create_database()).for_tests();
    let setup = setup.set("telemetry.otlp_endpoint", collector.url());
    let mut server = setup.start();
    cluster.stop();
    let failed = server.azuma().login("neo", "wrong").await;
    failed.refused(503, "SERVICE_UNAVAILABLE");
    server.terminate().await;
    let span = collector.span_of(failed.request_id()).await;
    assert_eq!(span["status"], "STATUS_CODE_ERROR", "{span}");
    assert_eq!(span["attributes"]["error.type"], "503", "{span}");
    let spans = collector.spans();
    let of_span = spans
        .iter()
        .filter(|part| part["parent"] == span["span_id"]);
    let failed: Vec<_> = of_span
        .filter(|part| part["status"] == "STATUS_CODE_ERROR")
        .collect();
    assert_eq!(failed.len(), 1, "{spans:#?}");
    assert_eq!(failed[0]["attributes"]["error.type"], "unavailable");
}

#[on_both_databases]
async fn by_default_no_thread_waits_for_traces(db: Database) {
    let threads = |server: &Server| -> Vec<String> {
        let folder = format!("/proc/{}/task", server.process_id());
        let threads = fs::read_dir(folder).expect("a process").flatten();
        let names = threads.map(|thread| fs::read_to_string(thread.path().join("comm")));
        names.flatten().collect()
    };
    let send_traces = |threads: Vec<String>| threads.iter().any(|name| name.starts_with("OpenTel"));
    let server = db.server().start();
    server.get("/").send().await.done(200);
    assert!(!send_traces(threads(&server)));
    let collector = TraceCollector::start();
    let setup = server.setup().elsewhere();
    let server = setup
        .set("telemetry.otlp_endpoint", collector.url())
        .start();
    assert!(send_traces(threads(&server)));
}
