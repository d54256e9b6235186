//! Sessions are answered from memory, as if the database were asked.

use azuma_tests::clients::{Azuma, Update};
use azuma_tests::network::Network;
use azuma_tests::people::Person;
use azuma_tests::postgres::Cluster;
use azuma_tests::server::Setup;
use azuma_tests::{Database, on_both_databases};
use tokio::task::JoinSet;

#[on_both_databases]
async fn more_sessions_than_are_remembered_are_accepted_until_they_end(db: Database) {
    for entries in ["10", "0"] {
        let server = db.server().set("sessions.cache_entries", entries).start();
        let azuma = server.azuma();
        let mut tokens = Vec::new();
        for number in 0..40 {
            let person = Person::named(&format!("user{number}"));
            tokens.push((person.name.clone(), azuma.sign_up(&person).await));
        }
        for step in [1, 17, 23] {
            // Each step has no divisor in common with 40, so every token comes once.
            for place in 0..tokens.len() {
                let (name, token) = &tokens[place * step % tokens.len()];
                assert_eq!(&azuma.own_user(token).await.success(200).name, name);
            }
        }
        let (_, ended) = tokens.swap_remove(11);
        azuma.logout(&ended).await.done(204);
        azuma.own_user(&ended).await.challenged(true);
        for (_, token) in &tokens {
            azuma.own_user(token).await.done(200);
        }
        azuma.own_user(&ended).await.challenged(true);
    }
}

/// Asks with a token for ever, so that there is always a request under way.
async fn ask_for_ever(azuma: Azuma, token: String) {
    loop {
        // The test checks the answers of its own requests.
        let _ = azuma.own_user(&token).await;
    }
}

#[on_both_databases]
async fn a_change_is_read_at_once_however_many_ask(db: Database) {
    // With so few entries, some requests keep going to the database.
    let server = db.server().set("sessions.cache_entries", "2").start();
    let azuma = server.azuma();
    let tokens = server.log_in_everywhere(&Person::named("neo")).await;
    let mut others = JoinSet::new();
    for token in tokens.iter().cycle().take(12) {
        others.spawn(ask_for_ever(server.azuma(), token.clone()));
    }
    for number in 0..50 {
        let (name, status) = (format!("neo{number}"), format!("awake {number}"));
        let update = Update::default().name(&name).status(Some(&status));
        azuma.update(&tokens[0], &update).await.done(200);
        for token in &tokens {
            let user = azuma.own_user(token).await.success(200);
            let me = server.legacy().me(token).await.success(200);
            assert_eq!((&user.name, &me.name), (&name, &name));
            assert_eq!(user.status.as_ref(), Some(&status));
        }
    }
}

#[on_both_databases]
async fn a_logout_holds_at_once_however_many_ask(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    azuma.sign_up(&neo).await;
    // A race takes two uses at one moment, so there are many of them.
    for round in 0..50 {
        let token = azuma.sign_in(&neo).await;
        let mut others = JoinSet::new();
        for _ in 0..8 {
            others.spawn(ask_for_ever(server.azuma(), token.clone()));
        }
        azuma.own_user(&token).await.done(200);
        azuma.logout(&token).await.done(204);
        let status = azuma.own_user(&token).await.status;
        assert_eq!(status, 401, "after logout number {round}");
    }
}

#[tokio::test]
async fn checking_a_known_session_sends_the_database_nothing() {
    let network = Network::to(Cluster::shared().address());
    let url = Cluster::shared().create_database().replace(
        &Cluster::shared().address().to_string(),
        &network.address().to_string(),
    );
    let server = Setup::postgres(&url).for_tests().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    azuma.own_user(&token).await.done(200);
    let before = network.sent();
    let checks = 1000;
    for _ in 0..checks {
        azuma.own_user(&token).await.done(200);
    }
    // Background tasks send a few queries a second; a query for each check would be far more than this.
    let sent = network.sent() - before;
    assert!(sent < 60 * checks, "{sent} bytes for {checks} checks");
}
