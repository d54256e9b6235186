//! `POST /account/register`, the mail it sends, and `POST /account/verify`.

use azuma_tests::clients::Conflict;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use serde_json::json;

#[on_both_databases]
async fn its_link_makes_the_account_a_user_of_every_dialect_once(db: Database) {
    let server = db.server().start();
    let account = server.account();
    let neo = Person::named("neo");
    let link = account.request_account(&neo, &server.mail()).await;
    account.verify(&link).await.done(200);
    account.sign_in(&neo).await;
    server.azuma().sign_in(&neo).await;
    server.legacy().sign_in(&neo).await;
    let again = account.verify(&link).await;
    again.refused(404, "NOT_FOUND");
}

#[on_both_databases]
async fn its_mail_and_its_link_follow_the_configuration_and_no_header(db: Database) {
    let body = json!({"username": "neo", "password": "secret", "email": "neo@example.org"});
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
        let mut setup = db.server().set("mail.from", "hello@azuma.example");
        for (key, value) in settings {
            setup = setup.set(key, value);
        }
        let server = setup.start();
        let request = server.post("/account/register", &body);
        let request = request.header("Host", "evil.example");
        let request = request.header("X-Forwarded-Host", "evil.example");
        request.send().await.done(200);
        let mail = server.mail().first_to("neo@example.org").await;
        assert_eq!(mail.from, "hello@azuma.example");
        let link = mail.link();
        assert!(link.starts_with(&format!("{page}?token=")), "{link}");
    }
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

#[on_both_databases]
async fn a_link_that_nobody_was_mailed_is_not_found(db: Database) {
    let server = db.server().start();
    let account = server.account();
    let long = "x".repeat(5_000);
    let unknown = "ee8e77d9-290e-4bb9-84a1-c2b7efb338df";
    for unknown in ["", "nonsense", unknown, "a\0b", &long] {
        let answer = account.verify(unknown).await;
        answer.refused(404, "NOT_FOUND");
        let answer = account.reset(unknown, "secret").await;
        answer.refused(404, "NOT_FOUND");
    }
}
