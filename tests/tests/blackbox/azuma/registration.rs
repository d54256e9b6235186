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
async fn a_taken_name_is_refused(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    azuma.sign_up(&Person::named("John")).await;
    let answer = azuma.register("John", "other@example.org", "secret").await;
    answer.refused(409, "ALREADY_EXISTS");
}

#[on_both_databases]
async fn a_name_is_taken_in_every_case(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    azuma.sign_up(&Person::named("Éclair")).await;
    let answer = azuma
        .register("éCLAIR", "other@example.org", "secret")
        .await;
    answer.refused(409, "ALREADY_EXISTS");
}

#[on_both_databases]
async fn a_taken_email_is_refused(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let john = Person::named("John");
    azuma.sign_up(&john).await;
    let answer = azuma.register("Jane", &john.email, "secret").await;
    answer.refused(409, "ALREADY_EXISTS");
}

#[on_both_databases]
async fn an_email_is_taken_in_every_case(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    azuma
        .register("John", "john@example.org", "secret")
        .await
        .done(201);
    let answer = azuma.register("Jane", "JOHN@Example.Org", "secret").await;
    answer.refused(409, "ALREADY_EXISTS");
}

#[on_both_databases]
async fn a_refused_registration_leaves_the_other_name_free(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    azuma
        .register("John", "john@example.org", "secret")
        .await
        .done(201);
    azuma
        .register("Jane", "john@example.org", "secret")
        .await
        .done(409);
    azuma
        .register("Jane", "jane@example.org", "secret")
        .await
        .done(201);
}

#[on_both_databases]
async fn a_malformed_email_is_a_bad_request(db: Database) {
    let server = db.server().start();
    let answer = server
        .azuma()
        .register("John", "no address", "secret")
        .await;
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
