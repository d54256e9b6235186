//! What an operator changes, as a running server's users see it.

use std::time::Instant;

use azuma_tests::people::Person;
use azuma_tests::revocation::{WITHIN, expect_ended};
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};
use serde_json::Value;
use tokio::time::sleep;

const PASSWORD: &str = "a-password-of-the-operator";

/// A server, and the token of its user `neo`, which it has in memory.
async fn with_neo(db: Database) -> (Server, Person, String) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    server.azuma().own_user(&token).await.done(200);
    (server, neo, token)
}

#[on_both_databases]
async fn a_created_account_logs_in_although_nobody_may_register(db: Database) {
    let server = db.server().set("registration.mode", "closed").start();
    let create = [
        "user",
        "create",
        "Neo",
        "--email",
        "neo@example.org",
        "--password-stdin",
    ];
    let created = server
        .setup()
        .run_reading(&create, &format!("{PASSWORD}\n"));
    assert!(
        created
            .success()
            .starts_with("Neo is created, with the id ")
    );
    let azuma = server.azuma();
    azuma.login("neo", PASSWORD).await.done(200);
    azuma
        .login("neo@example.org", PASSWORD)
        .await
        .refused(404, "NOT_FOUND");
    let set = ["user", "set-email", "neo", "neo@example.org", "--proved"];
    server.setup().run(&set).success();
    azuma.login("neo@example.org", PASSWORD).await.done(200);
    // By the address, too.
    let shown = server
        .setup()
        .run(&["user", "show", "neo@example.org", "--json"]);
    let shown: Value = serde_json::from_str(shown.success()).expect("a JSON object");
    assert_eq!(shown["name"], "Neo");
    assert_eq!(shown["second_factor"], false);
}

#[on_both_databases]
async fn a_deleted_user_is_gone_within_three_seconds(db: Database) {
    let (server, neo, token) = with_neo(db).await;
    let finished = server.setup().run(&["user", "delete", "neo"]);
    let deleted = Instant::now();
    assert_eq!(finished.success(), "neo is deleted\n");
    expect_ended(&server.azuma(), &token, deleted).await;
    let refused = server.azuma().login(&neo.name, &neo.password).await;
    refused.refused(404, "NOT_FOUND");
    server.azuma().sign_up(&neo).await;
}

#[on_both_databases]
async fn a_password_that_is_set_ends_the_sessions_within_three_seconds(db: Database) {
    let (server, neo, token) = with_neo(db).await;
    let set = ["user", "set-password", "neo", "--password-stdin"];
    let finished = server.setup().run_reading(&set, PASSWORD);
    let changed = Instant::now();
    assert_eq!(
        finished.success(),
        "neo has the new password; revoked sessions: 1\n"
    );
    expect_ended(&server.azuma(), &token, changed).await;
    let refused = server.azuma().login(&neo.name, &neo.password).await;
    refused.refused(403, "FORBIDDEN");
    server.azuma().login(&neo.name, PASSWORD).await.done(200);
}

#[on_both_databases]
async fn a_new_name_is_told_within_three_seconds(db: Database) {
    let (server, _, token) = with_neo(db).await;
    let finished = server.setup().run(&["user", "rename", "neo", "TheOne"]);
    assert_eq!(finished.success(), "neo is called TheOne\n");
    sleep(WITHIN).await;
    let user = server.azuma().own_user(&token).await.success(200);
    assert_eq!(user.name, "TheOne");
    let by_id = ["user", "rename", "--id", &user.id, "neo"];
    server.setup().run(&by_id).success();
}

#[on_both_databases]
async fn a_new_address_is_told_within_three_seconds(db: Database) {
    let (server, _, token) = with_neo(db).await;
    let set = ["user", "set-email", "neo", "theone@example.org"];
    let finished = server.setup().run(&set);
    assert_eq!(
        finished.success(),
        "neo has the address theone@example.org, not proved\n"
    );
    sleep(WITHIN).await;
    let user = server.azuma().own_user(&token).await.success(200);
    assert_eq!(user.email.as_deref(), Some("theone@example.org"));
    assert!(!user.email_verified);
}

#[test]
fn the_exit_code_says_what_kind_of_failure_it_was() {
    let setup = Database::Sqlite.server();
    setup.run(&["migrate"]).success();
    let create = ["user", "create", "neo", "--generate"];
    setup.run(&create).success();
    let nobody = "00000000-0000-4000-8000-000000000000";
    for (code, arguments) in [
        (0, &["user", "show", "neo"][..]),
        (2, &["user", "show"]),
        (2, &["user", "create", "trinity"]),
        (2, &["user", "list", "--state", "asleep"]),
        (2, &["session", "revoke"]),
        (2, &["session", "revoke", nobody, "--all"]),
        (3, &["user", "show", "nobody"]),
        (3, &["user", "delete", "--id", nobody]),
        (3, &["user", "sessions", "nobody"]),
        (3, &["session", "list", "nobody"]),
        (3, &["session", "revoke", nobody]),
        (3, &["invite", "revoke", nobody]),
        (3, &["mail", "show", nobody]),
        (3, &["audit", "--user", "nobody"]),
        (4, &create),
        (4, &["user", "enable", "neo"]),
    ] {
        let finished = setup.run(arguments);
        assert_eq!(
            finished.status.code(),
            Some(code),
            "{arguments:?}: {}",
            finished.stderr
        );
    }
    let broken = setup.set("database.url", "postgres://azuma@127.0.0.1:1/azuma");
    let broken = broken.set("secret_key", "dGVzdHMgdGVzdHMgdGVzdHMgdGVzdHMgdGVzdHMhISE=");
    let finished = broken.run(&["user", "show", "neo"]);
    assert_eq!(finished.status.code(), Some(1), "{}", finished.stderr);
}
