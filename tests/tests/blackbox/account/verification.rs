//! `POST /account/verify` and the page at `/verify`.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;

#[on_both_databases]
async fn makes_the_account_a_user_of_every_dialect_once(db: Database) {
    let server = db.server().start();
    let account = server.account();
    let neo = Person::named("neo");
    let link = account.request_account(&neo, &server.mail()).await;
    account.verify(&link).await.done(200);
    account.sign_in(&neo).await;
    server.azuma().sign_in(&neo).await;
    server.legacy().sign_in(&neo).await;
    let again = account.verify(&link).await;
    again.refused(404, "NOT_FOUND");
}

#[on_both_databases]
async fn an_unknown_token_is_not_found(db: Database) {
    let server = db.server().start();
    let long = "x".repeat(5_000);
    for unknown in [
        "",
        "nonsense",
        "ee8e77d9-290e-4bb9-84a1-c2b7efb338df",
        "a\0b",
        &long,
    ] {
        let answer = server.account().verify(unknown).await;
        answer.refused(404, "NOT_FOUND");
    }
}

#[on_both_databases]
async fn the_page_asks_for_a_click_and_verifies_nobody_before(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let link = server.account().request_account(&neo, &server.mail()).await;
    let path = format!("/verify?token={link}");
    for method in [Method::GET, Method::HEAD, Method::GET] {
        let page = server.request(method.clone(), &path).send().await;
        page.done(200);
        let media_type = page.header("Content-Type").unwrap_or_default();
        assert!(media_type.starts_with("text/html"), "{media_type}");
        if method == Method::GET {
            let html = page.text();
            for part in ["<form", "<button"] {
                assert!(html.contains(part), "no {part} in {html}");
            }
        }
    }
    let account = server.account();
    let answer = account.authenticate(&neo.name, &neo.password).await;
    answer.refused(424, "NOT_VERIFIED");
    account.verify(&link).await.done(200);
}

#[on_both_databases]
async fn the_link_works_after_a_kill(db: Database) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    let link = server.account().request_account(&neo, &server.mail()).await;
    server.kill();
    server.start_again();
    server.account().verify(&link).await.done(200);
}
