//! `azuma session revoke --all`.

use std::time::Instant;

use azuma_tests::people::Person;
use azuma_tests::revocation::expect_ended;
use azuma_tests::server::Setup;
use azuma_tests::{Database, on_both_databases};

fn revoke_all(setup: &Setup) -> String {
    let finished = setup.run(&["session", "revoke", "--all"]);
    finished.success().trim().to_owned()
}

#[on_both_databases]
async fn a_running_server_refuses_every_session_within_three_seconds(db: Database) {
    let server = db.server().start();
    let (azuma, legacy) = (server.azuma(), server.legacy());
    let mut tokens = Vec::new();
    for name in ["neo", "trinity"] {
        let person = Person::named(name);
        tokens.push(azuma.sign_up(&person).await);
        tokens.push(legacy.sign_in(&person).await.token);
    }
    for token in &tokens {
        azuma.own_user(token).await.done(200);
    }
    assert_eq!(revoke_all(server.setup()), "revoked sessions: 4");
    let revoked = Instant::now();
    for token in &tokens {
        expect_ended(&azuma, token, revoked).await;
    }
    let token = azuma.sign_in(&Person::named("neo")).await;
    azuma.own_user(&token).await.done(200);
}

#[on_both_databases]
async fn it_ends_the_sessions_of_a_server_that_does_not_run(db: Database) {
    let mut server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    server.terminate().await;
    assert_eq!(revoke_all(server.setup()), "revoked sessions: 1");
    assert_eq!(revoke_all(server.setup()), "revoked sessions: 0");
    server.start_again();
    server.azuma().own_user(&token).await.challenged(true);
}

#[test]
fn it_makes_no_database_and_does_not_migrate() {
    let setup = Database::Sqlite.server();
    let finished = setup.run(&["session", "revoke", "--all"]);
    let said = finished.complaint();
    assert!(said.contains("azuma migrate"), "{said}");
    assert!(!setup.home().join("data/azuma.db").exists());
}
