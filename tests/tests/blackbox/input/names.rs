//! Names of users.

use azuma_tests::clients::Azuma;
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};

const REFUSED: &[&str] = &[
    "",
    " ",
    "two words",
    "neo\0",
    "neo\n",
    "\u{202e}oen",
    "neo\u{200b}",
    "neo\u{feff}",
    "neo\u{7f}",
    "🦀",
    "\u{2163}",
    "שלוםneo",
];

async fn register(azuma: &Azuma, name: &str) -> u16 {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    azuma
        .register(name, &format!("{number}@example.org"), "secret")
        .await
        .status
}

#[on_both_databases]
async fn of_one_to_64_characters_are_accepted(db: Database) {
    let server = db.server().start();
    for name in [
        "n".to_owned(),
        "é".to_owned(),
        "n".repeat(64),
        "é".repeat(64),
        "字".repeat(64),
    ] {
        assert_eq!(register(&server.azuma(), &name).await, 201, "{name}");
    }
}

#[on_both_databases]
async fn of_other_lengths_are_refused(db: Database) {
    let server = db.server().start();
    for name in [
        String::new(),
        "n".repeat(65),
        "é".repeat(65),
        "n".repeat(300),
    ] {
        assert_eq!(register(&server.azuma(), &name).await, 400, "{name}");
        assert_eq!(
            server.legacy().register(&name, "secret").await.status,
            400,
            "{name}"
        );
        let answer = server
            .account()
            .register(&name, "secret", "a@example.org")
            .await;
        assert_eq!(answer.status, 400, "{name}");
    }
}

#[on_both_databases]
async fn in_every_script_are_accepted(db: Database) {
    let server = db.server().start();
    for name in [
        "neo.2-x_y",
        "Ünïcøde",
        "Нео",
        "ネオ",
        "네오",
        "שלום",
        "n'eo",
        "neo@matrix",
        "<b>",
    ] {
        assert_eq!(register(&server.azuma(), name).await, 201, "{name}");
    }
}

#[on_both_databases]
async fn are_shown_as_written(db: Database) {
    let server = db.server().start();
    for name in ["McLovin", "Straße", "ÉCLAIR"] {
        let token = server
            .legacy()
            .register(name, "secret")
            .await
            .success(200)
            .token;
        assert_eq!(server.legacy().me(&token).await.success(200).name, name);
    }
}

#[on_both_databases]
async fn are_the_same_however_their_characters_are_composed(db: Database) {
    let server = db.server().start();
    let password = "secret";
    server
        .legacy()
        .register("e\u{301}clair", password)
        .await
        .done(200);
    let answer = server.legacy().register("\u{e9}clair", password).await;
    answer.refused_with_code(409, "ALREADY_EXISTS");
    server
        .legacy()
        .login("E\u{301}CLAIR", password)
        .await
        .done(200);
}

#[on_both_databases]
async fn are_the_same_in_every_width(db: Database) {
    let server = db.server().start();
    server.legacy().register("ＮＥＯ", "secret").await.done(200);
    server
        .legacy()
        .register("neo", "secret")
        .await
        .refused_with_code(409, "ALREADY_EXISTS");
}

async fn expect_free(server: &Server, name: &str) {
    let answer = server.legacy().login(name, "secret").await;
    assert!(matches!(answer.status, 400 | 404), "{name:?} exists now");
}

#[on_both_databases]
async fn with_characters_that_names_lack_are_refused(db: Database) {
    let server = db.server().start();
    for name in REFUSED {
        assert_eq!(register(&server.azuma(), name).await, 400, "{name:?}");
        let answer = server.legacy().register(name, "secret").await;
        answer.refused_with_code(400, "BAD_REQUEST");
        let answer = server
            .account()
            .register(name, "secret", "a@example.org")
            .await;
        answer.refused(400, "BAD_REQUEST");
        expect_free(&server, name).await;
    }
}

#[on_both_databases]
async fn outside_the_rules_are_refused_at_login_too(db: Database) {
    let server = db.server().start();
    let long = "n".repeat(300);
    for name in REFUSED.iter().copied().chain([long.as_str()]) {
        server
            .azuma()
            .login(name, "secret")
            .await
            .refused(400, "BAD_REQUEST");
        server
            .legacy()
            .login(name, "secret")
            .await
            .refused_with_code(400, "BAD_REQUEST");
        server
            .account()
            .authenticate(name, "secret")
            .await
            .refused(400, "BAD_REQUEST");
    }
}

#[on_both_databases]
async fn outside_the_rules_are_refused_in_an_update(db: Database) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let long = "n".repeat(65);
    for name in REFUSED.iter().copied().chain([long.as_str()]) {
        server
            .azuma()
            .rename(&token, name)
            .await
            .refused(400, "BAD_REQUEST");
    }
    assert_eq!(
        server.azuma().own_user(&token).await.success(200).name,
        "neo"
    );
}
