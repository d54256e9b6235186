//! Names of users, on every route that takes one.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

/// Texts that are no names; the unit tests of `UserName` have many more.
const REFUSED: &[&str] = &["", "two words", "neo\0", "\u{202e}oen", "🦀"];

#[on_both_databases]
async fn outside_the_rules_are_refused_wherever_one_is_taken(db: Database) {
    let server = db.server().start();
    let (azuma, legacy, account) = (server.azuma(), server.legacy(), server.account());
    let token = azuma.sign_up(&Person::named("neo")).await;
    let long = "n".repeat(65);
    for name in REFUSED.iter().copied().chain([long.as_str()]) {
        let answer = azuma.register(name, "a@example.org", "secret").await;
        answer.refused(400, "BAD_REQUEST");
        let answer = legacy.register(name, "secret").await;
        answer.refused_with_code(400, "BAD_REQUEST");
        let answer = account.register(name, "secret", "a@example.org").await;
        answer.refused(400, "BAD_REQUEST");
        let answer = azuma.rename(&token, name).await;
        answer.refused(400, "BAD_REQUEST");
        let answer = azuma.login(name, "secret").await;
        answer.refused(400, "BAD_REQUEST");
        let answer = legacy.login(name, "secret").await;
        answer.refused_with_code(400, "BAD_REQUEST");
        let answer = account.authenticate(name, "secret").await;
        answer.refused(400, "BAD_REQUEST");
    }
}
