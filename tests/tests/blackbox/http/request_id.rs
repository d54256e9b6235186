//! `X-Request-Id`

use azuma_tests::{Database, on_both_databases};
use reqwest::Method;

#[on_both_databases]
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

#[on_both_databases]
async fn each_answer_has_another(db: Database) {
    let server = db.server().start();
    let first = server.request(Method::GET, "/").send().await;
    let second = server.request(Method::GET, "/").send().await;
    assert_ne!(first.header("X-Request-Id"), second.header("X-Request-Id"));
}

#[on_both_databases]
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

#[on_both_databases]
async fn ids_do_not_count_requests(db: Database) {
    let server = db.server().set("http.workers", "1").start();
    let mut numbers = Vec::new();
    for _ in 0..20 {
        let answer = server.request(Method::GET, "/").send().await;
        let id = answer.header("X-Request-Id").expect("an id");
        let number = id.rsplit('-').next().expect("a number");
        numbers.push(u64::from_str_radix(number, 16).expect("hex digits"));
    }
    numbers.sort_unstable();
    let are_far = |pair: &[u64]| pair[1] - pair[0] > 1_000;
    assert!(numbers.windows(2).all(are_far), "{numbers:?}");
}
