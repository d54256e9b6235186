//! `POST /account/recover` and `POST /account/reset`.

use azuma_tests::clients::Answer;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use serde_json::json;

const NEW: &str = "a new password";

#[on_both_databases]
async fn a_known_address_is_mailed_a_link_in_the_language_of_the_request_that_sets_a_password_once(
    db: Database,
) {
    let server = db.server().start();
    let (azuma, account) = (server.azuma(), server.account());
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    let recover = server.post("/account/recover", &json!({"email": neo.email}));
    let recover = recover.header("Accept-Language", "de-AT, de;q=0.9, en;q=0.5");
    recover.receive::<()>().await.done(200);
    let mail = server.mail().first_to(&neo.email).await;
    assert_eq!(mail.subject, "Setze ein neues Passwort für azumaneo");
    azuma.own_user(&token).await.done(200);
    account.reset(&mail.token(), NEW).await.done(200);
    azuma.own_user(&token).await.challenged(true);
    azuma.login(&neo.name, NEW).await.done(200);
    let old = azuma.login(&neo.name, &neo.password).await;
    old.refused(403, "FORBIDDEN");
    let again = account.reset(&mail.token(), "another").await;
    again.refused(404, "NOT_FOUND");
}

#[on_both_databases]
async fn an_unknown_address_is_answered_alike_and_mailed_nothing(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    let told = |answer: &Answer<()>| {
        let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
        names.sort();
        (answer.status, answer.text(), names)
    };
    let unknown = server.account().recover("nobody@example.org").await;
    let known = server.account().recover(&neo.email).await;
    assert_eq!(told(&unknown), told(&known));
    server.mail().first_to(&neo.email).await;
    assert!(server.mail().to("nobody@example.org").is_empty());
}
