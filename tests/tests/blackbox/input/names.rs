//! Names of users, on every route that takes one.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

/// What no name is; the tests of the domain's `UserName` know many more.
const REFUSED: &[&str] = &["", "two words", "neo\0", "\u{202e}oen", "🦀"];

/// Those, and one that is too long.
fn refused() -> Vec<String> {
    let long = "n".repeat(65);
    let short = REFUSED.iter().map(ToString::to_string);
    short.chain([long]).collect()
}

#[on_both_databases]
async fn outside_the_rules_are_refused_wherever_one_is_taken(db: Database) {
    let server = db.server().start();
    let (azuma, legacy, account) = (server.azuma(), server.legacy(), server.account());
    let token = azuma.sign_up(&Person::named("neo")).await;
    for name in &refused() {
        let answer = azuma.register(name, "a@example.org", "secret").await;
        answer.refused(400, "BAD_REQUEST");
        let answer = legacy.register(name, "secret").await;
        answer.refused_with_code(400, "BAD_REQUEST");
        let answer = account.register(name, "secret", "a@example.org").await;
        answer.refused(400, "BAD_REQUEST");
        let answer = azuma.rename(&token, name).await;
        answer.refused(400, "BAD_REQUEST");
    }
    assert_eq!(azuma.own_user(&token).await.success(200).name, "neo");
}

#[on_both_databases]
async fn outside_the_rules_are_refused_at_login_too(db: Database) {
    let server = db.server().start();
    for name in &refused() {
        let answer = server.azuma().login(name, "secret").await;
        answer.refused(400, "BAD_REQUEST");
        let answer = server.legacy().login(name, "secret").await;
        answer.refused_with_code(400, "BAD_REQUEST");
        let answer = server.account().authenticate(name, "secret").await;
        answer.refused(400, "BAD_REQUEST");
    }
}

#[on_both_databases]
async fn are_shown_as_written_and_found_in_every_case_and_composition(db: Database) {
    let server = db.server().start();
    let legacy = server.legacy();
    for (name, same) in [
        ("McLovin", "mclovin"),
        ("Éclair", "E\u{301}CLAIR"),
        ("<b>", "<B>"),
        ("字", "字"),
    ] {
        let session = legacy.register(name, "secret").await.success(200);
        let me = legacy.me(&session.token).await.success(200);
        assert_eq!(me.name, name);
        legacy.login(same, "secret").await.done(200);
        let answer = legacy.register(same, "secret").await;
        answer.refused_with_code(409, "ALREADY_EXISTS");
    }
}
