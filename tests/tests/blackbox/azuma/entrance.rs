//! `POST /users` and `POST /user/login`

use azuma_tests::people::Person;
use azuma_tests::shapes::is_uuid;
use azuma_tests::{Database, on_both_databases};
use serde_json::json;

#[on_both_databases]
async fn registration_and_login_answer_with_a_session_each(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let john = Person::named("John");
    let tokens = [azuma.sign_up(&john).await, azuma.sign_in(&john).await];
    assert_ne!(tokens[0], tokens[1]);
    for token in &tokens {
        assert!(is_uuid(token), "{token}");
        assert_eq!(azuma.own_user(token).await.success(200).name, "John");
    }
}

#[on_both_databases]
async fn a_registration_of_what_is_taken_or_malformed_is_refused(db: Database) {
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
async fn a_login_says_why_it_is_refused(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    azuma.sign_up(&Person::named("neo")).await;
    let wrong = azuma.login("neo", "wrong").await;
    wrong.refused(403, "FORBIDDEN");
    let unknown = azuma.login("nobody", "secret").await;
    unknown.refused(404, "NOT_FOUND");
}

#[on_both_databases]
async fn a_token_is_not_looked_at(db: Database) {
    let server = db.server().start();
    let body = json!({"name": "John", "email": "john@example.org", "password": "secret"});
    let request = server.post("/users", &body).bearer("nonsense");
    request.send().await.done(201);
}
