//! `POST /account/register` and the mail it sends.

use azuma_tests::clients::Conflict;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;
use serde_json::json;

#[on_both_databases]
async fn sends_a_mail_to_the_address(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    server.account().ask_for_account(&neo).await;
    let mail = server.mail().first_to(&neo.email).await;
    assert!(!mail.subject.is_empty(), "a mail has a subject");
    assert!(
        !mail.text.contains(&neo.password),
        "the password in: {}",
        mail.text
    );
}

#[on_both_databases]
async fn the_link_goes_to_our_page_or_to_a_frontend_of_its_own(db: Database) {
    let public_url = ("http.public_url", "https://azuma.example");
    let frontend = (
        "registration.verification_url",
        "https://app.example/confirm",
    );
    for (settings, page) in [
        (&[][..], "http://127.0.0.1:8080/verify"),
        (&[public_url], "https://azuma.example/verify"),
        (&[public_url, frontend], "https://app.example/confirm"),
    ] {
        let setup = settings
            .iter()
            .fold(db.server(), |setup, (key, value)| setup.set(key, value));
        let server = setup.start();
        let neo = Person::named("neo");
        server.account().ask_for_account(&neo).await;
        let link = server.mail().first_to(&neo.email).await.link();
        assert!(link.starts_with(&format!("{page}?token=")), "{link}");
    }
}

#[on_both_databases]
async fn the_link_does_not_follow_the_host_header(db: Database) {
    let server = db.server().start();
    let body = json!({"username": "neo", "password": "secret", "email": "neo@example.org"});
    let request = server.request(Method::POST, "/account/register");
    let request = request
        .header("Host", "evil.example")
        .header("X-Forwarded-Host", "evil.example");
    request.json(&body).send().await.done(200);
    let link = server.mail().first_to("neo@example.org").await.link();
    assert!(!link.contains("evil"), "{link}");
}

#[on_both_databases]
async fn the_mail_comes_from_the_configured_address(db: Database) {
    let server = db.server().set("mail.from", "hello@azuma.example").start();
    let neo = Person::named("neo");
    server.account().ask_for_account(&neo).await;
    assert_eq!(
        server.mail().first_to(&neo.email).await.from,
        "hello@azuma.example"
    );
}

#[on_both_databases]
async fn what_is_taken_is_named(db: Database) {
    let server = db.server().start();
    server.azuma().sign_up(&Person::named("neo")).await;
    for (name, email, taken) in [
        ("Neo", "other@example.org", Conflict::Username),
        ("other", "NEO@example.org", Conflict::Email),
    ] {
        let answer = server.account().register(name, "secret", email).await;
        answer.refused(409, "ALREADY_EXISTS");
        assert_eq!(answer.refusal().conflict, Some(taken));
    }
}
