//! `POST /account/verify` and the page at `/verify`.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;

#[on_both_databases]
async fn makes_the_account_a_user_of_every_dialect(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let link = server.account().request_account(&neo, &server.mail()).await;
    server.account().verify(&link).await.done(200);
    server
        .account()
        .authenticate(&neo.name, &neo.password)
        .await
        .done(200);
    server
        .azuma()
        .login(&neo.name, &neo.password)
        .await
        .done(200);
    server
        .legacy()
        .login(&neo.name, &neo.password)
        .await
        .done(200);
}

#[on_both_databases]
async fn a_used_token_is_unknown(db: Database) {
    let server = db.server().start();
    let link = server
        .account()
        .request_account(&Person::named("neo"), &server.mail())
        .await;
    server.account().verify(&link).await.done(200);
    server
        .account()
        .verify(&link)
        .await
        .refused(404, "NOT_FOUND");
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
        server
            .account()
            .verify(unknown)
            .await
            .refused(404, "NOT_FOUND");
    }
}

#[on_both_databases]
async fn the_page_asks_for_a_click(db: Database) {
    let server = db.server().start();
    let link = server
        .account()
        .request_account(&Person::named("neo"), &server.mail())
        .await;
    let page = server
        .request(Method::GET, &format!("/verify?token={link}"))
        .send()
        .await;
    page.done(200);
    let media_type = page.header("Content-Type").unwrap_or_default();
    assert!(media_type.starts_with("text/html"), "{media_type}");
    let html = page.text();
    for part in ["<form", "<button"] {
        assert!(html.contains(part), "no {part} in {html}");
    }
}

#[on_both_databases]
async fn looking_at_the_page_verifies_nobody(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let link = server.account().request_account(&neo, &server.mail()).await;
    for method in [Method::GET, Method::HEAD, Method::GET] {
        let page = server
            .request(method, &format!("/verify?token={link}"))
            .send()
            .await;
        assert!(page.status < 500, "{}", page.text());
    }
    let answer = server
        .account()
        .authenticate(&neo.name, &neo.password)
        .await;
    answer.refused(424, "NOT_VERIFIED");
    server.account().verify(&link).await.done(200);
}

#[on_both_databases]
async fn the_link_works_after_a_restart(db: Database) {
    let mut server = db.server().start();
    let link = server
        .account()
        .request_account(&Person::named("neo"), &server.mail())
        .await;
    server.kill();
    server.start_again();
    server.account().verify(&link).await.done(200);
}
