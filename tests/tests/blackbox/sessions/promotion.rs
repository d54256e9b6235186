//! Rotating sessions: how the next token takes the place of the current one.

use std::time::Duration;

use azuma_tests::clients::Carrier;
use azuma_tests::moments::{days, expect_in, moment, outwait};
use azuma_tests::people::Person;
use azuma_tests::server::Setup;
use azuma_tests::{Database, on_both_databases};

use super::refresh::{always_due, next_of};

/// Tokens issued now live for so long; to be configured away again.
fn issuing_for(db: Database, lifetime: &str) -> Setup {
    db.server()
        .set("sessions.rotating.lifetime", lifetime)
        .set("sessions.rotating.renew_within", lifetime)
}

fn as_ever(setup: Setup) -> Setup {
    setup
        .unset("sessions.rotating.lifetime")
        .unset("sessions.rotating.renew_within")
}

#[on_both_databases]
async fn the_next_token_works_in_every_carrier(db: Database) {
    let server = always_due(db).start();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    for carrier in Carrier::ALL {
        let token = server.legacy().sign_in(&neo).await.token;
        let next = next_of(&server, &token).await;
        assert_eq!(
            carrier.present(&server, &next).await.status,
            200,
            "{carrier:?}"
        );
    }
}

#[on_both_databases]
async fn both_tokens_belong_to_one_session(db: Database) {
    let server = always_due(db).start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    let next = next_of(&server, &token).await;
    let before = server.azuma().list_sessions(&token).await;
    let after = server.azuma().list_sessions(&next).await;
    assert_eq!((before.len(), after.len()), (1, 1));
    assert_eq!(before[0].id, after[0].id);
    assert!(after[0].current, "the session that asks is current");
}

#[on_both_databases]
async fn a_next_token_that_was_only_told_is_not_current(db: Database) {
    let server = always_due(db).start();
    let neo = Person::named("neo");
    let viewer = server.azuma().sign_up(&neo).await;
    let token = server.legacy().sign_in(&neo).await.token;
    next_of(&server, &token).await;
    let mut expected = [viewer.clone(), token];
    expected.sort();
    assert_eq!(server.account().list_tokens(&viewer).await, expected);
}

#[on_both_databases]
async fn its_first_use_makes_it_current(db: Database) {
    let server = always_due(db).start();
    let neo = Person::named("neo");
    let viewer = server.azuma().sign_up(&neo).await;
    let token = server.legacy().sign_in(&neo).await.token;
    let next = next_of(&server, &token).await;
    server.legacy().me(&next).await.done(200);
    let mut expected = [viewer.clone(), next];
    expected.sort();
    assert_eq!(server.account().list_tokens(&viewer).await, expected);
}

#[on_both_databases]
async fn its_first_use_in_any_dialect_makes_it_current(db: Database) {
    let server = always_due(db).start();
    let neo = Person::named("neo");
    let viewer = server.azuma().sign_up(&neo).await;
    for carrier in [Carrier::Azuma, Carrier::Account] {
        let token = server.legacy().sign_in(&neo).await.token;
        let next = next_of(&server, &token).await;
        carrier.present(&server, &next).await.done(200);
        let listed = server.account().list_tokens(&viewer).await;
        assert!(
            listed.contains(&next) && !listed.contains(&token),
            "{carrier:?}"
        );
    }
}

#[on_both_databases]
async fn the_old_token_works_for_a_while(db: Database) {
    let server = always_due(db).start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    let next = next_of(&server, &token).await;
    server.legacy().me(&next).await.done(200);
    for carrier in Carrier::ALL {
        assert_eq!(
            carrier.present(&server, &token).await.status,
            200,
            "{carrier:?}"
        );
    }
}

#[on_both_databases]
async fn the_old_token_still_names_the_same_next_one(db: Database) {
    let server = always_due(db).start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    let next = next_of(&server, &token).await;
    server.legacy().me(&next).await.done(200);
    assert_eq!(next_of(&server, &token).await, next);
}

#[on_both_databases]
async fn the_old_token_ends_after_its_grace(db: Database) {
    let server = always_due(db).set("sessions.rotating.grace", "1s").start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    let next = next_of(&server, &token).await;
    server.legacy().me(&next).await.done(200);
    outwait(Duration::from_secs(1)).await;
    for carrier in Carrier::ALL {
        carrier.present(&server, &token).await.challenged(true);
    }
    server.legacy().me(&next).await.done(200);
}

#[on_both_databases]
async fn the_old_token_ends_at_once_without_grace(db: Database) {
    let server = always_due(db).set("sessions.rotating.grace", "0s").start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    let next = next_of(&server, &token).await;
    server.legacy().me(&token).await.done(200);
    server.legacy().me(&next).await.done(200);
    server.legacy().me(&token).await.challenged(true);
}

#[on_both_databases]
async fn the_first_use_outlives_a_kill(db: Database) {
    let mut server = always_due(db).set("sessions.rotating.grace", "0s").start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    let next = next_of(&server, &token).await;
    server.legacy().me(&next).await.done(200);
    server.kill();
    server.start_again();
    server.legacy().me(&token).await.challenged(true);
    server.legacy().me(&next).await.done(200);
}

#[on_both_databases]
async fn the_next_token_has_thirty_days_of_its_own(db: Database) {
    let mut server = issuing_for(db, "1h").start();
    let session = server.legacy().sign_up(&Person::named("neo")).await;
    server.reconfigure(as_ever).await;
    let next = next_of(&server, &session.token).await;
    let listed = server.azuma().current_session(&next).await;
    expect_in(days(30), moment(&listed.expires_at));
}

#[on_both_databases]
async fn the_next_token_outlives_an_expired_old_one(db: Database) {
    let mut server = issuing_for(db, "2s").start();
    let neo = Person::named("neo");
    let viewer = server.azuma().sign_up(&neo).await;
    server.azuma().own_user(&viewer).await.done(200);
    let token = server.legacy().sign_in(&neo).await.token;
    server.reconfigure(as_ever).await;
    let next = next_of(&server, &token).await;
    outwait(Duration::from_secs(2)).await;
    server.legacy().me(&token).await.challenged(true);
    let listed = server.account().list_tokens(&viewer).await;
    assert!(listed.contains(&next), "the list shows the next token now");
    server.legacy().me(&next).await.done(200);
}

#[on_both_databases]
async fn refreshes_follow_each_other(db: Database) {
    let server = always_due(db).start();
    let mut token = server.legacy().sign_up(&Person::named("neo")).await.token;
    let session = server.azuma().current_session(&token).await.id;
    let mut seen = vec![token.clone()];
    for _ in 0..5 {
        token = next_of(&server, &token).await;
        assert!(!seen.contains(&token), "a token came back");
        seen.push(token.clone());
        let sessions = server.azuma().list_sessions(&token).await;
        assert_eq!(sessions.len(), 1);
        assert_eq!(sessions[0].id, session);
    }
}

#[on_both_databases]
async fn a_later_refresh_does_not_cut_a_grace_short(db: Database) {
    let server = always_due(db).start();
    let first = server.legacy().sign_up(&Person::named("neo")).await.token;
    let second = next_of(&server, &first).await;
    let third = next_of(&server, &second).await;
    server.legacy().me(&third).await.done(200);
    server.legacy().me(&first).await.done(200);
    server.legacy().me(&second).await.done(200);
}
