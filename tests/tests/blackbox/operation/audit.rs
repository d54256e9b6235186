//! The audit trail, as the operator reads it.

use std::thread::sleep;
use std::time::Duration;

use azuma_tests::people::Person;
use azuma_tests::process::{self, Signal};
use azuma_tests::server::{Server, Setup};
use azuma_tests::{Database, on_both_databases, sql};
use serde_json::{Value, json};

const CLIENT: &str = "203.0.113.7";

/// The events that the command prints as JSON.
fn events(setup: &Setup, arguments: &[&str]) -> Vec<Value> {
    let arguments = [&["audit", "--json"], arguments].concat();
    let finished = setup.run(&arguments);
    let lines = finished.success().lines();
    lines
        .map(|line| serde_json::from_str(line).expect("a JSON object"))
        .collect()
}

fn actions(events: &[Value]) -> Vec<&str> {
    let action = |event| Value::as_str(event).expect("a word");
    events
        .iter()
        .map(|event| action(&event["action"]))
        .collect()
}

/// Tries to log in from [`CLIENT`], and returns the id of the request.
async fn log_in(server: &Server, name: &str, password: &str) -> String {
    let body = json!({"name": name, "password": password});
    let login = server.post("/user/login", &body);
    let login = login
        .header("X-Forwarded-For", CLIENT)
        .header("User-Agent", "nebuchadnezzar/1");
    login.send().await.request_id().to_owned()
}

#[on_both_databases]
async fn a_refused_login_is_told_with_its_client_and_its_request(db: Database) {
    let server = db.server().set("http.trusted_proxies", "127.0.0.0/8");
    let server = server.start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    let user = server.azuma().own_user(&token).await.success(200);
    log_in(&server, "trinity", "guess").await;
    let request = log_in(&server, "neo", "guess").await;
    let told = events(server.setup(), &["--user", "neo", "--since", "1h"]);
    assert_eq!(actions(&told), ["register", "login"]);
    assert_eq!(
        told[1],
        json!({
            "time": told[1]["time"],
            "id": told[1]["id"],
            "action": "login",
            "outcome": "refused",
            "reason": "wrong_password",
            "actor": "client",
            "user_id": user.id,
            "session_id": null,
            "invite_id": null,
            "service_id": null,
            "ip": CLIENT,
            "user_agent": "nebuchadnezzar/1",
            "request_id": request,
        })
    );
    let later = events(server.setup(), &["--since", "2100-01-01T00:00:00Z"]);
    assert_eq!(later, Vec::<Value>::new());
}

#[on_both_databases]
async fn names_addresses_and_passwords_are_in_no_event_and_a_deleted_user_is_found_by_its_id(
    db: Database,
) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    let id = server.azuma().own_user(&token).await.success(200).id;
    log_in(&server, "neo", "guess").await;
    log_in(&server, "trinity", "guess").await;
    server.azuma().rename(&token, "theone").await.success(200);
    server
        .azuma()
        .change_email(&token, "theone@example.org")
        .await
        .success(200);
    server.azuma().logout(&token).await.done(204);
    let body = json!({"name": "theone", "password": neo.password});
    let login = server.post("/user/login", &body).receive::<Value>().await;
    let token = login.success(200)["token"].as_str().map(str::to_owned);
    server
        .azuma()
        .delete_self(&token.expect("a token"))
        .await
        .done(204);
    let gone = server.setup().run(&["audit", "--user", "theone"]);
    assert!(gone.complaint().contains("--id"), "{}", gone.complaint());
    let told = events(server.setup(), &["--id", &id]);
    let expected = [
        "register",
        "login",
        "change_name",
        "request_email_change",
        "logout",
        "login",
        "delete_account",
    ];
    assert_eq!(actions(&told), expected);
    for form in [&["audit"][..], &["audit", "--json"], &["audit", "--ocsf"]] {
        let printed = server.setup().run(form);
        let printed = printed.success();
        for word in [
            "neo",
            "theone",
            "trinity",
            "guess",
            "example.org",
            &neo.password,
        ] {
            assert!(!printed.contains(word), "{word} in {printed}");
        }
        assert_eq!(printed.lines().count(), expected.len());
    }
}

#[on_both_databases]
async fn an_event_of_a_later_release_hides_no_other(db: Database) {
    let server = db.server().start();
    server.azuma().sign_up(&Person::named("neo")).await;
    server.azuma().sign_up(&Person::named("smith")).await;
    let spoil = "UPDATE audit_events SET action = 'levitate' WHERE user_id = (SELECT id FROM users WHERE name = 'neo')";
    sql::run(&server, spoil, spoil);
    let finished = server.setup().run(&["audit"]);
    assert_eq!(finished.success().lines().count(), 1);
    assert!(
        finished.stderr.contains("later release"),
        "{}",
        finished.stderr
    );
}

#[on_both_databases]
async fn a_follower_prints_what_comes_later_and_each_event_once(db: Database) {
    let setup = db.server();
    setup.run(&["migrate"]).success();
    setup.run(&["invite", "create"]).success();
    let followed = setup.run_while(&["audit", "--follow"], |follower| {
        for _ in 0..2 {
            sleep(Duration::from_millis(1_500));
            setup.run(&["invite", "create"]).success();
        }
        sleep(Duration::from_millis(2_500));
        process::send(follower, Signal::Kill);
    });
    let lines: Vec<_> = followed.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines.iter().all(|line| line.contains("create_invite")));
}
