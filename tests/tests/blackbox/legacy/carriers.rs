//! The header `Azuma-Session` and the cookie `azuma_session`.

use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;

struct Visitor {
    server: Server,
    neo: String,
    trinity: String,
}

async fn two_sessions(db: Database) -> Visitor {
    let server = db.server().start();
    let neo = server.legacy().sign_up(&Person::named("neo")).await.token;
    let trinity = server
        .legacy()
        .sign_up(&Person::named("trinity"))
        .await
        .token;
    Visitor {
        server,
        neo,
        trinity,
    }
}

impl Visitor {
    async fn name_seen(&self, headers: &[(&str, String)]) -> String {
        let mut request = self.server.request(Method::GET, "/api/me");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request
            .receive::<azuma_tests::clients::Me>()
            .await
            .success(200)
            .name
    }

    async fn expect_refused(&self, headers: &[(&str, String)]) {
        let mut request = self.server.request(Method::GET, "/api/me");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answer = request.send().await;
        answer.refused_with_code(401, "UNAUTHORIZED");
        answer.challenged(true);
    }
}

#[on_both_databases]
async fn the_header_authenticates(db: Database) {
    let visitor = two_sessions(db).await;
    let header = ("Azuma-Session", visitor.neo.clone());
    assert_eq!(visitor.name_seen(&[header]).await, "neo");
}

#[on_both_databases]
async fn the_cookie_authenticates(db: Database) {
    let visitor = two_sessions(db).await;
    let cookie = ("Cookie", format!("azuma_session={}", visitor.neo));
    assert_eq!(visitor.name_seen(&[cookie]).await, "neo");
}

#[on_both_databases]
async fn the_cookie_is_found_among_others(db: Database) {
    let visitor = two_sessions(db).await;
    let cookie = (
        "Cookie",
        format!("theme=dark; azuma_session={}; lang=de", visitor.neo),
    );
    assert_eq!(visitor.name_seen(&[cookie]).await, "neo");
}

#[on_both_databases]
async fn the_header_decides_over_the_cookie(db: Database) {
    let visitor = two_sessions(db).await;
    let header = ("Azuma-Session", visitor.trinity.clone());
    let cookie = ("Cookie", format!("azuma_session={}", visitor.neo));
    assert_eq!(visitor.name_seen(&[cookie, header]).await, "trinity");
}

#[on_both_databases]
async fn a_bad_header_does_not_fall_back_to_the_cookie(db: Database) {
    let visitor = two_sessions(db).await;
    let cookie = ("Cookie", format!("azuma_session={}", visitor.neo));
    for bad in ["nonsense".to_owned(), "A".repeat(64)] {
        visitor
            .expect_refused(&[cookie.clone(), ("Azuma-Session", bad)])
            .await;
    }
}

#[on_both_databases]
async fn a_repeated_header_is_refused(db: Database) {
    let visitor = two_sessions(db).await;
    let header = ("Azuma-Session", visitor.neo.clone());
    visitor.expect_refused(&[header.clone(), header]).await;
}

fn cookies(values: &[&str]) -> (&'static str, String) {
    let pairs = values.iter().map(|value| format!("azuma_session={value}"));
    ("Cookie", pairs.collect::<Vec<_>>().join("; "))
}

#[on_both_databases]
async fn the_first_cookie_that_is_a_live_token_counts(db: Database) {
    let visitor = two_sessions(db).await;
    let (neo, trinity) = (visitor.neo.as_str(), visitor.trinity.as_str());
    let unknown = "A".repeat(64);
    for (values, name) in [
        (&[neo, trinity][..], "neo"),
        (&[trinity, neo], "trinity"),
        (&[neo, neo], "neo"),
        (&[neo, ""], "neo"),
        (&["", "nonsense", &unknown, neo, trinity], "neo"),
    ] {
        assert_eq!(
            visitor.name_seen(&[cookies(values)]).await,
            name,
            "{values:?}"
        );
    }
    let lines = [cookies(&[&unknown]), cookies(&[trinity])];
    assert_eq!(visitor.name_seen(&lines).await, "trinity");
}

#[on_both_databases]
async fn cookies_without_a_live_token_are_refused(db: Database) {
    let visitor = two_sessions(db).await;
    let (unknown, other) = ("A".repeat(64), "B".repeat(64));
    for values in [&["", ""][..], &["nonsense", ""], &[&unknown, &other, ""]] {
        visitor.expect_refused(&[cookies(values)]).await;
    }
}

#[on_both_databases]
async fn no_more_than_eight_cookies_are_tried(db: Database) {
    let visitor = two_sessions(db).await;
    let unknown: Vec<String> = (0..8).map(|digit| digit.to_string().repeat(64)).collect();
    let mut values: Vec<&str> = unknown.iter().map(String::as_str).collect();
    values.push(&visitor.neo);
    visitor.expect_refused(&[cookies(&values)]).await;
    assert_eq!(visitor.name_seen(&[cookies(&values[1..])]).await, "neo");
}

#[on_both_databases]
async fn an_unknown_token_is_refused(db: Database) {
    let visitor = two_sessions(db).await;
    let unknown = "A".repeat(64);
    visitor
        .expect_refused(&[("Azuma-Session", unknown.clone())])
        .await;
    visitor
        .expect_refused(&[("Cookie", format!("azuma_session={unknown}"))])
        .await;
}
