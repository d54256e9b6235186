//! `X-Request-Id`

use azuma_tests::{Database, on_both_databases};
use reqwest::Method;

on_both_databases![
    every_answer_has_one,
    each_answer_has_another,
    the_clients_is_not_taken_over
];

async fn every_answer_has_one(db: Database) {
    let server = db.server().start();
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/nowhere"),
        (Method::PUT, "/users"),
        (Method::POST, "/users"),
        (Method::GET, "/user/self"),
        (Method::GET, "/api/me"),
        (Method::GET, "/account/tokens"),
    ] {
        let answer = server.request(method, path).send().await;
        assert!(
            answer
                .header("X-Request-Id")
                .is_some_and(|id| !id.is_empty()),
            "{path}"
        );
    }
}

async fn each_answer_has_another(db: Database) {
    let server = db.server().start();
    let first = server.request(Method::GET, "/").send().await;
    let second = server.request(Method::GET, "/").send().await;
    assert_ne!(first.header("X-Request-Id"), second.header("X-Request-Id"));
}

async fn the_clients_is_not_taken_over(db: Database) {
    let server = db.server().start();
    let request = server
        .request(Method::GET, "/")
        .header("X-Request-Id", "of-the-client");
    let answer = request.send().await;
    assert_ne!(answer.header("X-Request-Id"), Some("of-the-client"));
    assert!(
        !server.output().contains("of-the-client"),
        "the client writes our log"
    );
}
