//! E-mail addresses, on every route that takes one.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

/// Texts that are no addresses; the unit tests of `EmailAddress` have many more.
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
    let token = azuma.sign_up(&Person::named("trinity")).await;
    for address in REFUSED {
        let answer = azuma.register("neo", address, "secret").await;
        answer.refused(400, "BAD_REQUEST");
        let answer = azuma.change_email(&token, address).await;
        answer.refused(400, "BAD_REQUEST");
        let answer = account.register("neo", "secret", address).await;
        answer.refused(422, "UNPROCESSABLE_ENTITY");
        let answer = account.recover(address).await;
        answer.refused(422, "UNPROCESSABLE_ENTITY");
    }
}

#[on_both_databases]
async fn are_told_as_they_were_written_but_for_an_international_domain(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let odd = "Neo.b+c!#$%&'*/=?^_`{|}~-@x-1.example";
    let ascii = "neo@xn--bcher-kva.example";
    for (name, written, told) in [("neo", odd, odd), ("trinity", "neo@bücher.example", ascii)] {
        let answer = azuma.register(name, written, "secret").await;
        let token = answer.success(201).token;
        let email = azuma.own_user(&token).await.success(200).email;
        assert_eq!(email.as_deref(), Some(told));
    }
}
