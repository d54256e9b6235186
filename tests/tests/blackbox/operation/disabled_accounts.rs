//! `azuma user disable` and `enable`.

use std::time::Instant;

use azuma_tests::people::Person;
use azuma_tests::revocation::expect_ended;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn a_running_server_refuses_the_user_within_three_seconds_and_says_why_in_its_log_alone(
    db: Database,
) {
    let server = db.server().start();
    let (azuma, legacy, account) = (server.azuma(), server.legacy(), server.account());
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    azuma.own_user(&token).await.done(200);
    let disable = ["user", "disable", "Neo", "--reason", "sells pills"];
    let finished = server.setup().run(&disable);
    assert_eq!(finished.success(), "Neo is disabled; revoked sessions: 1\n");
    expect_ended(&azuma, &token, Instant::now()).await;
    let refused = azuma.login(&neo.name, &neo.password).await;
    refused.refused(403, "FORBIDDEN");
    assert!(!refused.text().contains("pills"));
    let refused = legacy.login(&neo.name, &neo.password).await;
    refused.refused_with_code(403, "FORBIDDEN");
    let refused = account.authenticate(&neo.name, &neo.password).await;
    refused.refused(403, "FORBIDDEN");
    server.prints("sells pills").await;
}

#[on_both_databases]
async fn an_enabled_user_logs_in_again(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    server.setup().run(&["user", "disable", "neo"]).success();
    let finished = server.setup().run(&["user", "enable", "neo"]);
    assert_eq!(finished.success(), "neo is enabled\n");
    server.azuma().sign_in(&neo).await;
}

#[test]
fn a_command_that_does_nothing_says_why() {
    let server = Database::Sqlite.server().start();
    for (command, said) in [
        (
            ["user", "disable", "neo"],
            "neo is not disabled: there is no such account",
        ),
        (
            ["user", "enable", "neo"],
            "neo is not enabled: there is no such account",
        ),
    ] {
        let finished = server.setup().run(&command);
        assert!(finished.complaint().ends_with(said), "{}", finished.stderr);
    }
}
