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
    server
        .account()
        .register(&neo.name, &neo.password, &neo.email)
        .await
        .done(200);
    let mail = server.mail().first_to(&neo.email).await;
    assert!(!mail.subject.is_empty(), "a mail has a subject");
    assert!(
        !mail.text.contains(&neo.password),
        "the password in: {}",
        mail.text
    );
}

#[on_both_databases]
async fn the_link_goes_to_our_page(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    server
        .account()
        .register(&neo.name, &neo.password, &neo.email)
        .await
        .done(200);
    let link = server.mail().first_to(&neo.email).await.link();
    assert!(
        link.starts_with("http://127.0.0.1:8080/verify?token="),
        "{link}"
    );
}

#[on_both_databases]
async fn the_link_goes_to_the_public_url(db: Database) {
    let server = db
        .server()
        .set("http.public_url", "https://azuma.example")
        .start();
    let neo = Person::named("neo");
    server
        .account()
        .register(&neo.name, &neo.password, &neo.email)
        .await
        .done(200);
    let link = server.mail().first_to(&neo.email).await.link();
    assert!(
        link.starts_with("https://azuma.example/verify?token="),
        "{link}"
    );
}

#[on_both_databases]
async fn the_link_goes_to_a_frontend_of_its_own(db: Database) {
    let frontend = "https://app.example/confirm";
    let server = db
        .server()
        .set("registration.verification_url", frontend)
        .start();
    let neo = Person::named("neo");
    server
        .account()
        .register(&neo.name, &neo.password, &neo.email)
        .await
        .done(200);
    let link = server.mail().first_to(&neo.email).await.link();
    assert!(link.starts_with(&format!("{frontend}?token=")), "{link}");
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
    server
        .account()
        .register(&neo.name, &neo.password, &neo.email)
        .await
        .done(200);
    assert_eq!(
        server.mail().first_to(&neo.email).await.from,
        "hello@azuma.example"
    );
}

#[on_both_databases]
async fn a_taken_name_is_named(db: Database) {
    let server = db.server().start();
    server.azuma().sign_up(&Person::named("neo")).await;
    let answer = server
        .account()
        .register("Neo", "secret", "other@example.org")
        .await;
    answer.refused(409, "ALREADY_EXISTS");
    assert_eq!(answer.refusal().conflict, Some(Conflict::Username));
}

#[on_both_databases]
async fn a_taken_email_is_named(db: Database) {
    let server = db.server().start();
    server.azuma().sign_up(&Person::named("neo")).await;
    let answer = server
        .account()
        .register("other", "secret", "NEO@example.org")
        .await;
    answer.refused(409, "ALREADY_EXISTS");
    assert_eq!(answer.refusal().conflict, Some(Conflict::Email));
}

#[on_both_databases]
async fn the_name_is_named_where_both_are_taken(db: Database) {
    let server = db.server().start();
    server.azuma().sign_up(&Person::named("neo")).await;
    let answer = server
        .account()
        .register("neo", "secret", "neo@example.org")
        .await;
    answer.refused(409, "ALREADY_EXISTS");
    assert_eq!(answer.refusal().conflict, Some(Conflict::Username));
}

#[on_both_databases]
async fn a_malformed_email_cannot_be_processed(db: Database) {
    let server = db.server().start();
    let answer = server
        .account()
        .register("neo", "secret", "no address")
        .await;
    answer.refused(422, "UNPROCESSABLE_ENTITY");
}
