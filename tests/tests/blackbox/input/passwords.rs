//! Passwords, on every route that takes one.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn outside_the_rules_are_refused_where_one_is_set(db: Database) {
    let setup = db.server().set("passwords.min_length", "8");
    let server = setup.start();
    let (azuma, account) = (server.azuma(), server.account());
    let trinity = Person::named("trinity");
    let token = azuma.sign_up(&trinity).await;
    let link = "ee8e77d9-290e-4bb9-84a1-c2b7efb338df";
    let long = "x".repeat(1_025);
    for password in ["", "1234567", &long, "a\0 password"] {
        let answer = azuma.register("neo", "neo@example.org", password).await;
        answer.refused(400, "BAD_REQUEST");
        let answer = server.legacy().register("neo", password).await;
        answer.refused_with_code(400, "BAD_REQUEST");
        let answer = account.register("neo", password, "neo@example.org").await;
        answer.refused(400, "BAD_REQUEST");
        let answer = azuma.change_password(&token, password).await;
        answer.refused(400, "BAD_REQUEST");
        let answer = account.reset(link, password).await;
        answer.refused(400, "BAD_REQUEST");
    }
    azuma.change_password(&token, "12345678").await.done(200);
}

#[on_both_databases]
async fn shorter_than_configured_are_still_good_for_login(db: Database) {
    let mut server = db.server().start();
    let register = server.legacy().register("azuma", "neo").await;
    register.done(200);
    let stricter = |setup: azuma_tests::server::Setup| setup.set("passwords.min_length", "8");
    server.reconfigure(stricter).await;
    let azuma = server.azuma();
    azuma.login("azuma", "neo").await.done(200);
    let wrong = azuma.login("azuma", "neX").await;
    wrong.refused(403, "FORBIDDEN");
}

#[on_both_databases]
async fn of_any_script_are_known_again_to_the_last_character(db: Database) {
    let server = db.server().start();
    let legacy = server.legacy();
    let long = "é".repeat(511);
    let [long, other] = ["ab", "ac"].map(|end| long.clone() + end);
    for (name, password, same, other) in [
        ("a", " 密\u{3000}码😀 ", " 密 码😀 ", "密 码😀"),
        ("b", "pa\u{308}ssword", "p\u{e4}ssword", "password"),
        ("c", &long, &long, &other),
    ] {
        legacy.register(name, password).await.done(200);
        legacy.login(name, same).await.done(200);
        let answer = legacy.login(name, other).await;
        answer.refused_with_code(401, "UNAUTHORIZED");
    }
}
