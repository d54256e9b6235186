//! Sessions that an operator lists and revokes.

use std::time::Instant;

use azuma_tests::people::Person;
use azuma_tests::revocation::expect_ended;
use azuma_tests::server::Setup;
use azuma_tests::{Database, on_both_databases, sql};
use serde_json::Value;

/// The ids of the sessions that the command prints.
fn listed(setup: &Setup, arguments: &[&str]) -> Vec<String> {
    let arguments = [arguments, &["--json"]].concat();
    let finished = setup.run(&arguments);
    let lines = finished.success().lines();
    lines
        .map(|line| {
            let session: Value = serde_json::from_str(line).expect("a JSON object");
            session["id"].as_str().expect("an id").to_owned()
        })
        .collect()
}

#[on_both_databases]
async fn a_running_server_refuses_a_revoked_session_within_three_seconds_and_no_other(
    db: Database,
) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    let other = azuma.sign_in(&neo).await;
    let id = azuma.current_session(&token).await.id;
    let finished = server.setup().run(&["session", "revoke", &id]);
    let revoked = Instant::now();
    assert_eq!(finished.success(), format!("{id} is revoked\n"));
    expect_ended(&azuma, &token, revoked).await;
    azuma.own_user(&other).await.done(200);
}

#[on_both_databases]
async fn the_sessions_of_a_user_or_of_all_are_listed_and_revoked(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let (neo, trinity) = (Person::named("neo"), Person::named("trinity"));
    let (of_neo, of_trinity) = (azuma.sign_up(&neo).await, azuma.sign_up(&trinity).await);
    azuma.own_user(&of_neo).await.done(200);
    let id = azuma.current_session(&of_trinity).await.id;
    let setup = server.setup();
    assert_eq!(listed(setup, &["session", "list"]).len(), 2);
    assert_eq!(listed(setup, &["session", "list", "trinity"]), [&*id]);
    assert_eq!(listed(setup, &["user", "sessions", "trinity"]), [&*id]);
    let finished = setup.run(&["user", "revoke", "neo"]);
    let revoked = Instant::now();
    assert_eq!(finished.success(), "neo: revoked sessions: 1\n");
    expect_ended(&azuma, &of_neo, revoked).await;
    azuma.own_user(&of_trinity).await.done(200);
    assert_eq!(listed(setup, &["user", "sessions", "neo"]), [""; 0]);
    let finished = setup.run(&["session", "revoke", "--all"]);
    let revoked = Instant::now();
    assert_eq!(finished.success(), "revoked sessions: 1\n");
    expect_ended(&azuma, &of_trinity, revoked).await;
    azuma.sign_in(&neo).await;
}

#[on_both_databases]
async fn a_session_of_a_later_release_hides_no_other(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    let id = azuma.current_session(&token).await.id;
    azuma.sign_up(&Person::named("trinity")).await;
    let spoil = "UPDATE sessions SET policy = 'levitating'
         WHERE user_id = (SELECT id FROM users WHERE name = 'neo')";
    sql::run(&server, spoil, spoil);
    let finished = server.setup().run(&["session", "list", "--json"]);
    assert_eq!(finished.success().lines().count(), 1);
    let said = format!("session {id} was written by a later release");
    assert!(finished.stderr.contains(&said), "{}", finished.stderr);
    server.setup().run(&["session", "revoke", &id]).success();
}
