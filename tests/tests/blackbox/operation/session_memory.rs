//! Sessions are answered from memory, and nobody can tell.

use azuma_tests::clients::{Azuma, Update};
use azuma_tests::network::Network;
use azuma_tests::people::Person;
use azuma_tests::postgres::Cluster;
use azuma_tests::server::{Server, Setup};
use azuma_tests::{Database, on_both_databases};
use tokio::task::JoinSet;

/// Many users' tokens, and that all of them keep being accepted, and one that ends does not.
async fn forty_are_accepted(server: Server) {
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

#[on_both_databases]
async fn more_sessions_than_are_remembered_are_accepted(db: Database) {
    let setup = db.server().set("sessions.cache_entries", "10");
    forty_are_accepted(setup.start()).await;
}

#[on_both_databases]
async fn sessions_are_accepted_where_none_is_remembered(db: Database) {
    let setup = db.server().set("sessions.cache_entries", "0");
    forty_are_accepted(setup.start()).await;
}

fn with_status(status: &str) -> Update {
    Update {
        status: Some(Some(status.to_owned())),
        ..Update::default()
    }
}

#[on_both_databases]
async fn a_change_is_read_at_once_by_every_session(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let mut tokens = vec![azuma.sign_up(&neo).await];
    tokens.push(azuma.sign_in(&neo).await);
    tokens.push(server.legacy().sign_in(&neo).await.token);
    tokens.push(server.account().sign_in(&neo).await);
    for token in &tokens {
        azuma.own_user(token).await.done(200);
    }
    for (number, changer) in tokens.iter().enumerate() {
        let update = Update {
            name: Some(Some(format!("neo{number}"))),
            icon: Some(Some(format!("https://icons.example/{number}"))),
            ..with_status(&format!("awake {number}"))
        };
        azuma.update(changer, &update).await.done(200);
        for token in &tokens {
            let user = azuma.own_user(token).await.success(200);
            let read = (Some(user.name), user.icon, user.status);
            let written = update.clone();
            assert_eq!(
                read,
                (
                    written.name.flatten(),
                    written.icon.flatten(),
                    written.status.flatten()
                )
            );
            let me = server.legacy().me(token).await.success(200);
            assert_eq!((Some(me.name), me.icon, me.status), read);
        }
    }
}

/// Asks with a token for ever, so that there is always a question under way.
async fn ask_for_ever(azuma: Azuma, token: String) {
    loop {
        // What comes back is looked at by those who wait for a change.
        let _ = azuma.own_user(&token).await;
    }
}

#[on_both_databases]
async fn a_change_is_read_at_once_however_many_ask(db: Database) {
    // With so few entries, questions keep going to the database, too.
    let server = db.server().set("sessions.cache_entries", "2").start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let mut tokens = vec![azuma.sign_up(&neo).await];
    for _ in 0..3 {
        tokens.push(azuma.sign_in(&neo).await);
    }
    let mut others = JoinSet::new();
    for token in tokens.iter().cycle().take(12) {
        others.spawn(ask_for_ever(server.azuma(), token.clone()));
    }
    for number in 0..50 {
        let status = format!("awake {number}");
        azuma
            .update(&tokens[0], &with_status(&status))
            .await
            .done(200);
        for token in &tokens {
            let user = azuma.own_user(token).await.success(200);
            assert_eq!(user.status.as_deref(), Some(status.as_str()));
        }
    }
}

#[on_both_databases]
async fn a_confirmed_address_is_read_at_once(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    let address = "new@example.org";
    azuma.change_email(&token, address).await.done(200);
    let link = server.mail().first_to(address).await.token();
    azuma.own_user(&token).await.done(200);
    server.account().verify(&link).await.done(200);
    let user = azuma.own_user(&token).await.success(200);
    assert_eq!(user.email.as_deref(), Some(address));
}

#[on_both_databases]
async fn a_logout_holds_at_once_however_many_ask(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    azuma.sign_up(&neo).await;
    // What can go wrong takes two uses at one moment, so there are many of them.
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
    // What else goes on is a few queries a second; one for each check would be far more than this.
    let sent = network.sent() - before;
    assert!(sent < 60 * checks, "{sent} bytes for {checks} checks");
}
