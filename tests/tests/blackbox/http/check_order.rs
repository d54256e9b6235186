//! Route, token, form, and only then the rest.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;
use serde_json::json;

#[on_both_databases]
async fn the_token_comes_after_the_method_and_before_all_else(db: Database) {
    let server = db.server().start();
    let unknown = server.request(Method::PUT, "/user/self").bearer("nonsense");
    unknown.send().await.refused(405, "METHOD_NOT_ALLOWED");
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(20_000));
    for (method, path, body) in [
        (Method::PATCH, "/user/update", "{"),
        (Method::PATCH, "/user/update", &large),
        (Method::DELETE, "/account/tokens", "{"),
    ] {
        let request = server.request(method, path).json_text(body);
        request.send().await.challenged(false);
    }
    for path in ["/user/nobody", "/user/ee8e77d9-290e-4bb9-84a1-c2b7efb338df"] {
        let answer = server.get(path).bearer("nonsense").send().await;
        answer.challenged(true);
    }
}

#[on_both_databases]
async fn the_form_comes_before_what_is_looked_for_or_taken_and_400_before_422(db: Database) {
    let server = db.server().start();
    let (azuma, account) = (server.azuma(), server.account());
    let neo = Person::named("neo");
    azuma.sign_up(&neo).await;
    let nobody = json!({"name": "nobody", "password": 42});
    let answer = server.post("/user/login", &nobody).send().await;
    answer.refused(400, "BAD_REQUEST");
    for (email, password) in [("no address", "secret"), (&neo.email, "")] {
        let answer = azuma.register(&neo.name, email, password).await;
        answer.refused(400, "BAD_REQUEST");
    }
    for (name, password) in [("", "secret"), ("neo", "")] {
        let answer = account.register(name, password, "no address").await;
        answer.refused(400, "BAD_REQUEST");
    }
    let answer = account.register(&neo.name, "secret", "no address").await;
    answer.refused(422, "UNPROCESSABLE_ENTITY");
}
