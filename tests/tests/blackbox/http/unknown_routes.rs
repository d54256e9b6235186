//! Paths that no dialect knows.

use azuma_tests::{Database, on_both_databases};
use reqwest::Method;

#[on_both_databases]
async fn are_not_found_in_json(db: Database) {
    let server = db.server().start();
    for path in [
        "/nowhere",
        "/users/1/friends",
        "/account/nowhere",
        "/apix",
        "/%00",
        "/%ff",
        "//",
    ] {
        let answer = server.request(Method::GET, path).send().await;
        answer.refused(404, "NOT_FOUND");
    }
}

#[on_both_databases]
async fn under_the_legacy_dialect_carry_the_code(db: Database) {
    let server = db.server().start();
    for path in ["/api/nowhere", "/api/me/too", "/api/%00"] {
        let answer = server.request(Method::GET, path).send().await;
        answer.refused_with_code(404, "NOT_FOUND");
    }
}

#[on_both_databases]
async fn are_not_found_by_any_method(db: Database) {
    let server = db.server().start();
    for method in ["POST", "PUT", "PATCH", "DELETE", "BREW"] {
        let method = method.parse().expect("a method");
        server
            .request(method, "/nowhere")
            .send()
            .await
            .refused(404, "NOT_FOUND");
    }
}

#[on_both_databases]
async fn are_not_found_whatever_the_token(db: Database) {
    let server = db.server().start();
    let answer = server
        .request(Method::GET, "/nowhere")
        .bearer("nonsense")
        .send()
        .await;
    answer.refused(404, "NOT_FOUND");
}
