//! Passwords, on every route that takes one.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn outside_the_rules_are_refused(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let trinity = Person::named("trinity");
    let token = azuma.sign_up(&trinity).await;
    for password in [String::new(), "x".repeat(1_025), "sec\0ret".to_owned()] {
        let answer = azuma.register("neo", "neo@example.org", &password).await;
        answer.refused(400, "BAD_REQUEST");
        let answer = server.legacy().register("neo", &password).await;
        answer.refused_with_code(400, "BAD_REQUEST");
        let account = server.account();
        let answer = account.register("neo", &password, "neo@example.org").await;
        answer.refused(400, "BAD_REQUEST");
        let answer = azuma.change_password(&token, &password).await;
        answer.refused(400, "BAD_REQUEST");
    }
    azuma.sign_in(&trinity).await;
}

#[on_both_databases]
async fn of_any_script_are_known_again_to_the_last_character(db: Database) {
    let server = db.server().start();
    let legacy = server.legacy();
    let long = "é".repeat(511);
    for (number, (password, same, other)) in [
        (" 密\u{3000}码😀 ", " 密 码😀 ", "密 码😀"),
        ("pa\u{308}ssword", "p\u{e4}ssword", "password"),
        (
            &format!("{long}ab"),
            &format!("{long}ab"),
            &format!("{long}ac"),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("user{number}");
        legacy.register(&name, password).await.done(200);
        legacy.login(&name, same).await.done(200);
        let answer = legacy.login(&name, other).await;
        answer.refused_with_code(401, "UNAUTHORIZED");
    }
}

#[on_both_databases]
async fn shorter_than_configured_are_refused_when_set(db: Database) {
    let server = db.server().set("passwords.min_length", "8").start();
    let azuma = server.azuma();
    azuma
        .register("neo", "neo@example.org", "1234567")
        .await
        .refused(400, "BAD_REQUEST");
    let answer = azuma.register("neo", "neo@example.org", "12345678").await;
    let token = answer.success(201).token;
    azuma
        .change_password(&token, "1234567")
        .await
        .refused(400, "BAD_REQUEST");
}

#[on_both_databases]
async fn shorter_than_configured_are_still_good_for_login(db: Database) {
    let mut server = db.server().start();
    server
        .azuma()
        .register("azuma", "azuma@example.org", "neo")
        .await
        .done(201);
    server
        .reconfigure(|setup| setup.set("passwords.min_length", "8"))
        .await;
    server.azuma().login("azuma", "neo").await.done(200);
    server
        .azuma()
        .login("azuma", "neX")
        .await
        .refused(403, "FORBIDDEN");
}
