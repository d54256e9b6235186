//! E-mail addresses.

use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};

const REFUSED: &[&str] = &[
    "",
    "neo",
    "@example.org",
    "neo@",
    "neo@@example.org",
    "neo@example..org",
    "neo@.org",
    "neo@-example.org",
    "neo@example-.org",
    "ne o@example.org",
    "neo@exa mple.org",
    "neo@example.org\r\nBcc: trinity@example.org",
    "neo\r\n@example.org",
    "neo@example.org\0",
    "n\0eo@example.org",
    "<neo@example.org>",
    "Neo <neo@example.org>",
    "neo@example.org, trinity@example.org",
    "né@example.org",
    "neo@[127.0.0.1]",
    "\u{202e}neo@example.org",
];

/// An address of so many bytes.
fn address_of(bytes: usize) -> String {
    let label = "d".repeat(63);
    let domain = format!("{label}.{label}.{label}");
    let local = "l".repeat(bytes - domain.len() - 1);
    format!("{local}@{domain}")
}

#[on_both_databases]
async fn of_the_html_standard_are_accepted(db: Database) {
    let server = db.server().start();
    let addresses = [
        "neo@example.org",
        "n@localhost",
        "a.b+c!#$%&'*/=?^_`{|}~-@x-1.example",
        "..@a.b",
    ];
    for (number, address) in addresses.into_iter().enumerate() {
        let answer = server
            .azuma()
            .register(&format!("user{number}"), address, "secret")
            .await;
        assert_eq!(answer.status, 201, "{address}: {}", answer.text());
        let token = answer.success(201).token;
        let stored = server.azuma().own_user(&token).await.success(200).email;
        assert_eq!(stored.as_deref(), Some(address));
    }
}

async fn expect_no_user(server: &Server, name: &str) {
    server
        .azuma()
        .login(name, "secret")
        .await
        .refused(404, "NOT_FOUND");
}

#[on_both_databases]
async fn outside_the_html_standard_are_refused(db: Database) {
    let server = db.server().start();
    for address in REFUSED {
        let answer = server.azuma().register("neo", address, "secret").await;
        assert_eq!(answer.status, 400, "{address:?}: {}", answer.text());
    }
    expect_no_user(&server, "neo").await;
}

#[on_both_databases]
async fn outside_the_html_standard_cannot_be_processed_by_the_account_dialect(db: Database) {
    let server = db.server().start();
    for address in REFUSED {
        let answer = server.account().register("neo", "secret", address).await;
        assert_eq!(answer.status, 422, "{address:?}: {}", answer.text());
    }
    expect_no_user(&server, "neo").await;
}

#[on_both_databases]
async fn of_254_bytes_are_accepted_and_of_255_refused(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    azuma
        .register("neo", &address_of(255), "secret")
        .await
        .refused(400, "BAD_REQUEST");
    azuma
        .register("neo", &address_of(254), "secret")
        .await
        .done(201);
}

#[on_both_databases]
async fn at_international_domains_are_kept_in_ascii(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma
        .register("neo", "neo@bücher.example", "secret")
        .await
        .success(201)
        .token;
    let email = azuma.own_user(&token).await.success(200).email;
    assert_eq!(email.as_deref(), Some("neo@xn--bcher-kva.example"));
}

#[on_both_databases]
async fn at_international_domains_are_the_same_in_both_forms(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    azuma
        .register("neo", "neo@bücher.example", "secret")
        .await
        .done(201);
    let answer = azuma
        .register("trinity", "neo@xn--bcher-kva.example", "secret")
        .await;
    answer.refused(409, "ALREADY_EXISTS");
}

#[on_both_databases]
async fn outside_the_rules_are_refused_in_an_update(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    for address in REFUSED {
        let answer = server.azuma().change_email(&token, address).await;
        assert_eq!(answer.status, 400, "{address:?}: {}", answer.text());
    }
    let email = server.azuma().own_user(&token).await.success(200).email;
    assert_eq!(email, Some(neo.email));
}
