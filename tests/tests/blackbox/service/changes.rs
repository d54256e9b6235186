//! `GET /service/changes`.

use azuma_tests::clients::{Change, Service, Update, Wire, exchange};
use azuma_tests::deadline::Deadline;
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;
use tokio::task::spawn_blocking;

use super::kinds;

/// The changes after a place, as soon as there are so many.
async fn collect(service: &Service, mut after: String, count: usize) -> Vec<Change> {
    let mut all = Vec::new();
    while all.len() < count {
        let told = service.changes(&after, 30).await.success(200);
        assert!(!told.start_over);
        after = told.position;
        all.extend(told.changes);
    }
    all
}

#[tokio::test]
async fn a_connection_goes_on_after_a_head_that_would_accept_a_stream() {
    let server = Database::Sqlite.server().start();
    let service = server.service("chat");
    let mut wire = Wire::to(server.address());
    let ask = |method: &str| {
        let token = &service.token;
        let head = format!("{method} /service/changes HTTP/1.1\r\nHost: x\r\n");
        format!("{head}Accept: text/event-stream\r\nAuthorization: Bearer {token}\r\n\r\n")
    };
    wire.send(ask("HEAD").as_bytes());
    assert_eq!(wire.answer().status, Some(200));
    wire.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    let next = wire.answer();
    assert!(next.text.starts_with("HTTP/1.1 200"), "{}", next.text);
}

#[tokio::test]
async fn an_id_of_an_event_that_is_none_is_refused() {
    let server = Database::Sqlite.server().start();
    let service = server.service("chat");
    for id in [b"\xe9".as_slice(), b"x"] {
        let request = server.get("/service/changes").bearer(&service.token);
        let answer = request.header("Last-Event-ID", id).send().await;
        assert_eq!(answer.status, 400, "{id:?}");
    }
}

#[tokio::test]
async fn a_server_that_measures_how_soon_a_revocation_is_known_tells_nobody_of_it() {
    let setup = Database::Sqlite.server();
    let server = setup.set("telemetry.metrics_listen", "127.0.0.1:0").start();
    let service = server.service("chat");
    let begin = "0-00000000000000000000000000000000";
    let deadline = Deadline::in_seconds(30);
    while service.here().await.success(200).position == begin {
        assert!(!deadline.is_over(), "nothing is measured");
        deadline.step().await;
    }
    let told = service.changes(begin, 0).await.success(200);
    assert!(told.changes.is_empty() && !told.start_over);
    assert_ne!(told.position, begin);
}

fn run(server: &Server, arguments: &[&str]) {
    server.setup().run(arguments).success();
}

#[on_both_databases]
async fn each_kind_of_change_is_told_in_the_order_of_commits(db: Database) {
    let server = db.server().start();
    let service = server.service("chat");
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    let user = azuma.own_user(&token).await.success(200);
    let other = azuma.sign_in(&neo).await;
    let session = azuma.current_session(&other).await;
    let here = service.here().await.success(200);
    assert!(here.changes.is_empty() && !here.start_over);
    azuma.logout(&other).await.done(204);
    let status = Update::default().status(Some("away"));
    azuma.update(&token, &status).await.done(200);
    run(&server, &["user", "revoke", "neo"]);
    run(&server, &["user", "disable", "neo"]);
    run(&server, &["user", "enable", "neo"]);
    run(&server, &["user", "delete", "neo"]);
    let told = collect(&service, here.position, 6).await;
    let expected = [
        "session_ended",
        "user_changed",
        "sessions_ended",
        "user_disabled",
        "user_changed",
        "user_deleted",
    ];
    assert_eq!(kinds(&told), expected);
    assert_eq!(told[0].session, Some(session.id));
    assert!(told[1..].iter().all(|change| change.session.is_none()));
    assert!(told.iter().all(|change| change.user == user.id));
    let numbers = told.windows(2).map(|pair| pair[1].number - pair[0].number);
    assert!(numbers.into_iter().all(|step| step == 1), "{told:?}");
}

#[on_both_databases]
async fn a_change_answers_who_waits_for_it_and_a_place_is_good_again(db: Database) {
    let server = db.server().start();
    let service = server.service("chat");
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let here = service.here().await.success(200).position;
    let quiet = service.changes(&here, 0).await.success(200);
    assert_eq!(
        (quiet.position.as_str(), quiet.changes.len()),
        (here.as_str(), 0)
    );
    let (told, ended) = tokio::join!(service.changes(&here, 30), server.azuma().logout(&token));
    ended.done(204);
    let told = told.success(200);
    assert_eq!(kinds(&told.changes), ["session_ended"]);
    let again = service.changes(&here, 30).await.success(200);
    assert_eq!(again.changes, told.changes);
    assert_eq!(again.position, told.position);
}

#[on_both_databases]
async fn a_place_of_another_history_starts_over_and_what_is_no_place_is_refused(db: Database) {
    let mut server = db.server().start();
    let service = server.service("chat");
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    server.azuma().logout(&token).await.done(204);
    let known = collect(&service, zero(), 1).await;
    let here = service.here().await.success(200).position;
    let mark = "f".repeat(32);
    for number in [0, known[0].number, 1_000_000] {
        let told = service
            .changes(&format!("{number}-{mark}"), 30)
            .await
            .success(200);
        assert!(told.start_over && told.changes.is_empty(), "{number}");
        assert_eq!(told.position, here);
    }
    for query in ["after=17", "after=", "wait=31", "wait=-1", "wait=soon"] {
        let path = format!("/service/changes?{query}");
        let answer = service.request(Method::GET, &path).send().await;
        answer.refused(400, "BAD_REQUEST");
    }
    // What a node knows is in the database.
    server.restart().await;
    let told = server
        .service_with(&service.token)
        .changes(&zero(), 30)
        .await
        .success(200);
    assert_eq!(told.changes, known);
}

/// The place before all changes.
fn zero() -> String {
    format!("0-{}", "0".repeat(32))
}

#[on_both_databases]
async fn a_stream_tells_the_same_and_goes_on_after_its_last_event(db: Database) {
    let server = db.server().start();
    let service = server.service("chat");
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let mut events = service.stream(None).await;
    let first = events.next().await.expect("a first event");
    assert_eq!(
        (first.name.as_str(), first.data.as_str()),
        ("position", "{}")
    );
    server.azuma().logout(&token).await.done(204);
    let told = events.next_named("changes").await;
    assert!(told.data.contains("session_ended"), "{}", told.data);
    // Nothing changes any more.
    let quiet = events.next_named("position").await;
    assert_eq!(quiet.id, told.id);
    let mut again = service.stream(Some(&first.id)).await;
    assert_eq!(again.next().await, Some(told));
    let unknown = format!("1-{}", "f".repeat(32));
    let mut lost = service.stream(Some(&unknown)).await;
    let event = lost.next().await.expect("an event");
    assert_eq!((event.name.as_str(), event.id), ("start_over", quiet.id));
}

#[on_both_databases]
async fn a_server_that_stops_answers_who_waits(db: Database) {
    let mut server = db.server().start();
    let service = server.service("chat");
    let here = service.here().await.success(200).position;
    let mut events = service.stream(None).await;
    events.next().await.expect("a first event");
    let waiting = tokio::spawn({
        let (service, here) = (service.clone(), here.clone());
        async move { service.changes(&here, 30).await.success(200) }
    });
    // The event after the first comes a second later, when the other request waits as well.
    events.next_named("position").await;
    server.terminate().await;
    let told = waiting.await.expect("an answer");
    assert_eq!((told.position, told.changes.len()), (here, 0));
    while let Some(event) = events.next().await {
        assert_eq!(event.name, "position");
    }
}

#[tokio::test]
async fn a_stream_comes_in_chunks_whatever_else_was_asked() {
    let mut server = Database::Sqlite.server().start();
    let (service, address) = (server.service("chat"), server.address());
    let token = &service.token;
    let ask = format!(
        "GET /service/changes HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\
         Authorization: Bearer {token}\r\n\r\n"
    );
    let answers = [ask.clone(), ask.repeat(2)]
        .map(|asked| spawn_blocking(move || exchange(address, asked.as_bytes())));
    let mut events = service.stream(None).await;
    for _ in 0..3 {
        events.next_named("position").await;
    }
    server.terminate().await;
    for answer in answers {
        let answer = answer.await.expect("an answer");
        assert_eq!(answer.status, Some(200), "{}", answer.text);
        let events = answer.text.matches("event: position\n").count();
        assert!(events > 1, "{}", answer.text);
        let text = answer.text.to_ascii_lowercase();
        assert!(text.contains("transfer-encoding: chunked"), "{text}");
        assert!(text.ends_with("\r\n0\r\n\r\n"), "{text}");
    }
}

#[tokio::test]
async fn who_takes_no_stream_or_cannot_gets_json() {
    let server = Database::Sqlite.server().start();
    let service = server.service("chat");
    for (version, accept) in [
        ("1.1", "application/json, text/event-stream;q=0"),
        ("1.1", "text/event-streams"),
        ("1.0", "text/event-stream"),
    ] {
        let asked = format!(
            "GET /service/changes HTTP/{version}\r\nHost: x\r\nAccept: {accept}\r\nConnection: close\r\n\
             Authorization: Bearer {}\r\n\r\n",
            service.token
        );
        let answer = exchange(server.address(), asked.as_bytes());
        assert_eq!(answer.status, Some(200), "{}", answer.text);
        let head = answer.text.to_ascii_lowercase();
        assert!(head.contains("content-type: application/json"), "{head}");
    }
}

#[tokio::test]
async fn a_follower_that_goes_frees_its_connection() {
    let setup = Database::Sqlite.server();
    let server = setup.set("http.connections_per_client", "1").start();
    let service = server.service("chat");
    let mut events = service.stream(None).await;
    events.next_named("position").await;
    assert!(
        service.here().attempt().await.is_err(),
        "a second connection"
    );
    events.next_named("position").await;
    drop(events);
    let deadline = Deadline::in_seconds(30);
    while service.here().attempt().await.is_err() {
        assert!(!deadline.is_over(), "the connection is still open");
        deadline.step().await;
    }
}
