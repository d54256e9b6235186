//! E-mail addresses, on every route that takes one.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

/// What no address is; the tests of the domain's `EmailAddress` know many more.
const REFUSED: &[&str] = &[
    "",
    "neo",
    "neo@example..org",
    "neo@example.org\r\nBcc: trinity@example.org",
    "n\0eo@example.org",
    "Neo <neo@example.org>",
    "\u{202e}neo@example.org",
];

#[on_both_databases]
async fn outside_the_html_standard_are_refused(db: Database) {
    let server = db.server().start();
    let (azuma, account) = (server.azuma(), server.account());
    let trinity = Person::named("trinity");
    let token = azuma.sign_up(&trinity).await;
    for address in REFUSED {
        let answer = azuma.register("neo", address, "secret").await;
        answer.refused(400, "BAD_REQUEST");
        let answer = azuma.change_email(&token, address).await;
        answer.refused(400, "BAD_REQUEST");
        let answer = account.register("neo", "secret", address).await;
        answer.refused(422, "UNPROCESSABLE_ENTITY");
    }
    let answer = azuma.login("neo", "secret").await;
    answer.refused(404, "NOT_FOUND");
    let email = azuma.own_user(&token).await.success(200).email;
    assert_eq!(email, Some(trinity.email));
}

#[on_both_databases]
async fn are_told_as_they_were_written_but_for_an_international_domain(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    for (name, written, told) in [
        ("neo", "Neo.b+c!#$%&'*/=?^_`{|}~-@x-1.example", None),
        (
            "trinity",
            "neo@bücher.example",
            Some("neo@xn--bcher-kva.example"),
        ),
    ] {
        let answer = azuma.register(name, written, "secret").await;
        let token = answer.success(201).token;
        let email = azuma.own_user(&token).await.success(200).email;
        assert_eq!(email.as_deref(), Some(told.unwrap_or(written)));
    }
    let answer = azuma
        .register("other", "NEO@xn--bcher-kva.example", "secret")
        .await;
    answer.refused(409, "ALREADY_EXISTS");
}
