//! `passwords.require_current`.

use azuma_tests::clients::Update;
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;
use serde_json::json;

fn strict(db: Database) -> Server {
    db.server().set("passwords.require_current", "true").start()
}

#[on_both_databases]
async fn a_change_needs_the_current_password_beside_the_token(db: Database) {
    let server = strict(db);
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    for update in [
        Update::default().name("thomas"),
        Update::default().email("thomas@example.org"),
        Update::default().password("neox"),
    ] {
        let missing = azuma.update(&token, &update).await;
        missing.refused(400, "BAD_REQUEST");
        assert!(missing.text().contains("CURRENT_PASSWORD_MISSING"));
        let wrong = azuma.update(&token, &update.clone().current_password("wrong"));
        wrong.await.refused(403, "FORBIDDEN");
        let right = update.current_password(&neo.password);
        azuma.update(&token, &right).await.done(200);
    }
    azuma.login("thomas", "neox").await.done(200);
    let other = Update::default().status(Some("away"));
    azuma.update(&token, &other).await.done(200);
}

#[tokio::test]
async fn a_change_that_needs_none_takes_any_text_for_it() {
    let server = Database::Sqlite.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    for (method, path, status) in [
        (Method::PATCH, "/user/update", 200),
        (Method::POST, "/user/factors/totp", 201),
    ] {
        let body = json!({"icon": "ok", "current_password": ""});
        let request = server.request(method, path).json_text(body.to_string());
        let answer = request.bearer(&token).send().await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
    }
}

#[on_both_databases]
async fn a_deletion_needs_it_in_each_dialect_that_has_one(db: Database) {
    let server = strict(db);
    let (azuma, account) = (server.azuma(), server.account());
    let [neo, trinity] = ["neo", "trinity"].map(Person::named);
    let token = azuma.sign_up(&neo).await;
    azuma.delete_self(&token).await.refused(400, "BAD_REQUEST");
    let wrong = azuma.delete_self_with(&token, "wrong").await;
    wrong.refused(403, "FORBIDDEN");
    let right = azuma.delete_self_with(&token, &neo.password).await;
    right.done(204);
    let token = azuma.sign_up(&trinity).await;
    account.delete(&token).await.refused(400, "BAD_REQUEST");
    let wrong = account.delete_with(&token, "wrong").await;
    wrong.refused(401, "UNAUTHORIZED");
    assert_eq!(wrong.header("WWW-Authenticate"), Some("Bearer"));
    let right = account.delete_with(&token, &trinity.password).await;
    right.done(200);
}

#[on_both_databases]
async fn wrong_ones_are_limited_and_logged_like_logins(db: Database) {
    let server = db
        .server()
        .set("abuse.enabled", "true")
        .set("passwords.require_current", "true")
        .start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    let guess = Update::default().name("thomas").current_password("a guess");
    let mut guesses = 0;
    while azuma.update(&token, &guess).await.status != 429 {
        guesses += 1;
        assert!(guesses < 60, "{guesses} guesses were let through");
    }
    server.prints("current_password_refused").await;
}
