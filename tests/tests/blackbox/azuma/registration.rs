//! `POST /users`

use azuma_tests::people::Person;
use azuma_tests::shapes::is_uuid;
use azuma_tests::{Database, on_both_databases};
use serde_json::json;

#[on_both_databases]
async fn answers_with_a_session(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("John")).await;
    assert!(is_uuid(&token), "{token}");
    assert_eq!(azuma.own_user(&token).await.success(200).name, "John");
}

#[on_both_databases]
async fn what_is_taken_or_malformed_is_refused(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    azuma.sign_up(&Person::named("John")).await;
    for (name, email) in [("John", "other@example.org"), ("Jane", "john@example.org")] {
        let answer = azuma.register(name, email, "secret").await;
        answer.refused(409, "ALREADY_EXISTS");
    }
    let answer = azuma.register("Jane", "no address", "secret").await;
    answer.refused(400, "BAD_REQUEST");
}

#[on_both_databases]
async fn a_token_of_another_user_is_not_looked_at(db: Database) {
    let server = db.server().start();
    let body = json!({"name": "John", "email": "john@example.org", "password": "secret"});
    let request = server
        .request(reqwest::Method::POST, "/users")
        .bearer("nonsense");
    request.json(&body).send().await.done(201);
}
