//! `POST /account/recover` and `POST /account/reset`.

use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};

const NEW: &str = "a new password";

/// Asks for a link and answers the token in the mail.
async fn recover(server: &Server, email: &str) -> String {
    let seen = server.mail().to(email).len();
    server.account().recover(email).await.done(200);
    server.mail().nth_to(email, seen + 1).await.token()
}

#[on_both_databases]
async fn a_known_address_is_mailed_a_link_that_sets_a_password_once(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    let link = recover(&server, &neo.email).await;
    server.azuma().own_user(&token).await.done(200);
    server.account().reset(&link, NEW).await.done(200);
    server.azuma().own_user(&token).await.challenged(true);
    server.azuma().login(&neo.name, NEW).await.done(200);
    let old = server.azuma().login(&neo.name, &neo.password).await;
    old.refused(403, "FORBIDDEN");
    let again = server.account().reset(&link, "another").await;
    again.refused(404, "NOT_FOUND");
}

#[on_both_databases]
async fn an_unknown_address_is_answered_alike_and_mailed_nothing(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    let unknown = server.account().recover("nobody@example.org").await;
    let known = server.account().recover(&neo.email).await;
    assert_eq!(
        (unknown.status, unknown.text()),
        (known.status, known.text())
    );
    let names = |answer: &azuma_tests::clients::Answer<()>| {
        let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
        names.sort();
        names
    };
    assert_eq!(names(&unknown), names(&known));
    server.mail().first_to(&neo.email).await;
    assert!(server.mail().to("nobody@example.org").is_empty());
}

#[on_both_databases]
async fn what_is_no_address_is_unprocessable(db: Database) {
    let server = db.server().start();
    let answer = server.account().recover("neo").await;
    answer.refused(422, "UNPROCESSABLE_ENTITY");
}

#[on_both_databases]
async fn an_unknown_link_is_not_found(db: Database) {
    let server = db.server().start();
    for unknown in [
        "",
        "nonsense",
        "ee8e77d9-290e-4bb9-84a1-c2b7efb338df",
        "a\0b",
    ] {
        let answer = server.account().reset(unknown, NEW).await;
        answer.refused(404, "NOT_FOUND");
    }
}

#[on_both_databases]
async fn a_password_outside_the_rules_is_refused_and_leaves_the_link(db: Database) {
    let server = db.server().set("passwords.min_length", "8").start();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    let link = recover(&server, &neo.email).await;
    for password in ["short", "", &"long".repeat(257)] {
        let answer = server.account().reset(&link, password).await;
        answer.refused(400, "BAD_REQUEST");
    }
    server.account().reset(&link, NEW).await.done(200);
}

#[on_both_databases]
async fn the_mail_is_in_the_language_of_the_request(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    let german = "de-AT, de;q=0.9, en;q=0.5";
    server
        .account()
        .recover_in(&neo.email, german)
        .await
        .done(200);
    let mail = server.mail().first_to(&neo.email).await;
    assert_eq!(mail.subject, "Setze ein neues Passwort für azumaneo");
}

#[on_both_databases]
async fn requests_for_one_address_are_limited_whoever_asks(db: Database) {
    let server = db.server().set("abuse.enabled", "true").start();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    for email in [neo.email.as_str(), "nobody@example.org"] {
        let mut statuses = Vec::new();
        for _ in 0..5 {
            statuses.push(server.account().recover(email).await.status);
        }
        assert_eq!(statuses, [200, 200, 200, 403, 403], "{email}");
    }
    let blocked = server.account().recover(&neo.email.to_uppercase()).await;
    blocked.refused(403, "FORBIDDEN");
    assert!(blocked.header("Retry-After").is_some());
    server.account().recover("else@example.org").await.done(200);
}

#[on_both_databases]
async fn a_request_outlives_kill_9(db: Database) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    server.account().recover(&neo.email).await.done(200);
    server.kill();
    server.start_again();
    let link = server.mail().first_to(&neo.email).await.token();
    server.account().reset(&link, NEW).await.done(200);
}
