//! Route, token, form, and only then the rest.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;
use serde_json::json;

#[on_both_databases]
async fn the_method_comes_before_the_token(db: Database) {
    let server = db.server().start();
    let answer = server
        .request(Method::PUT, "/user/self")
        .bearer("nonsense")
        .send()
        .await;
    answer.refused(405, "METHOD_NOT_ALLOWED");
}

#[on_both_databases]
async fn the_token_comes_before_the_form(db: Database) {
    let server = db.server().start();
    let request = server.request(Method::PATCH, "/user/update").json_text("{");
    request.send().await.challenged(false);
    let request = server
        .request(Method::DELETE, "/account/tokens")
        .json_text("{");
    request.send().await.challenged(false);
}

#[on_both_databases]
async fn the_token_comes_before_the_size(db: Database) {
    let server = db.server().start();
    let body = format!("{{\"name\": \"{}\"}}", "x".repeat(20_000));
    let request = server
        .request(Method::PATCH, "/user/update")
        .json_text(body);
    request.send().await.challenged(false);
}

#[on_both_databases]
async fn the_token_comes_before_what_is_looked_for(db: Database) {
    let server = db.server().start();
    for path in ["/user/nobody", "/user/ee8e77d9-290e-4bb9-84a1-c2b7efb338df"] {
        server
            .request(Method::GET, path)
            .bearer("nonsense")
            .send()
            .await
            .challenged(true);
    }
}

#[on_both_databases]
async fn the_form_comes_before_what_is_looked_for(db: Database) {
    let server = db.server().start();
    let body = json!({"name": "nobody", "password": 42});
    let answer = server
        .request(Method::POST, "/user/login")
        .json(&body)
        .send()
        .await;
    answer.refused(400, "BAD_REQUEST");
}

#[on_both_databases]
async fn the_form_comes_before_what_is_taken(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    server
        .azuma()
        .register(&neo.name, "no address", "secret")
        .await
        .refused(400, "BAD_REQUEST");
    server
        .azuma()
        .register(&neo.name, &neo.email, "")
        .await
        .refused(400, "BAD_REQUEST");
}

#[on_both_databases]
async fn a_bad_request_comes_before_a_malformed_email(db: Database) {
    let server = db.server().start();
    let answer = server.account().register("", "secret", "no address").await;
    answer.refused(400, "BAD_REQUEST");
    let answer = server.account().register("neo", "", "no address").await;
    answer.refused(400, "BAD_REQUEST");
}

#[on_both_databases]
async fn a_malformed_email_comes_before_what_is_taken(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    let answer = server
        .account()
        .register(&neo.name, "secret", "no address")
        .await;
    answer.refused(422, "UNPROCESSABLE_ENTITY");
}
