//! Passwords.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn of_1024_bytes_are_accepted(db: Database) {
    let server = db.server().start();
    for (number, password) in ["x".repeat(1_024), "é".repeat(512)].into_iter().enumerate() {
        let name = format!("user{number}");
        server.legacy().register(&name, &password).await.done(200);
        server.legacy().login(&name, &password).await.done(200);
    }
}

#[on_both_databases]
async fn of_other_lengths_are_refused(db: Database) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("trinity")).await;
    for password in [String::new(), "x".repeat(1_025), "é".repeat(513)] {
        let answer = server
            .azuma()
            .register("neo", "neo@example.org", &password)
            .await;
        answer.refused(400, "BAD_REQUEST");
        let answer = server.legacy().register("neo", &password).await;
        answer.refused_with_code(400, "BAD_REQUEST");
        let answer = server
            .account()
            .register("neo", &password, "neo@example.org")
            .await;
        answer.refused(400, "BAD_REQUEST");
        let answer = server.azuma().change_password(&token, &password).await;
        answer.refused(400, "BAD_REQUEST");
    }
    server.azuma().sign_in(&Person::named("trinity")).await;
}

#[on_both_databases]
async fn with_control_characters_are_refused(db: Database) {
    let server = db.server().start();
    for password in ["sec\0ret", "sec\nret", "\u{7}", "\u{200b}"] {
        let answer = server.legacy().register("neo", password).await;
        assert_eq!(answer.status, 400, "{password:?}: {}", answer.text());
    }
}

#[on_both_databases]
async fn of_any_script_are_accepted(db: Database) {
    let server = db.server().start();
    let passwords = [
        "correct horse",
        "пароль",
        "密码",
        "😀😀",
        "סיסמה",
        "\"'\\;--<>",
    ];
    for (number, password) in passwords.into_iter().enumerate() {
        let name = format!("user{number}");
        server.legacy().register(&name, password).await.done(200);
        server.legacy().login(&name, password).await.done(200);
    }
}

#[on_both_databases]
async fn are_the_same_however_their_characters_are_composed(db: Database) {
    let server = db.server().start();
    server
        .legacy()
        .register("neo", "pa\u{308}ssword")
        .await
        .done(200);
    server
        .legacy()
        .login("neo", "p\u{e4}ssword")
        .await
        .done(200);
}

#[on_both_databases]
async fn are_the_same_whatever_their_spaces(db: Database) {
    let server = db.server().start();
    server
        .legacy()
        .register("neo", "correct\u{a0}horse")
        .await
        .done(200);
    server
        .legacy()
        .login("neo", "correct\u{3000}horse")
        .await
        .done(200);
    server
        .legacy()
        .login("neo", "correct horse")
        .await
        .done(200);
}

#[on_both_databases]
async fn keep_their_spaces(db: Database) {
    let server = db.server().start();
    server.legacy().register("neo", " secret ").await.done(200);
    server
        .legacy()
        .login("neo", "secret")
        .await
        .refused_with_code(401, "UNAUTHORIZED");
}

#[on_both_databases]
async fn are_told_apart_to_the_last_character(db: Database) {
    let server = db.server().start();
    let long = "x".repeat(1_023);
    server
        .legacy()
        .register("neo", &format!("{long}a"))
        .await
        .done(200);
    let answer = server.legacy().login("neo", &format!("{long}b")).await;
    answer.refused_with_code(401, "UNAUTHORIZED");
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
