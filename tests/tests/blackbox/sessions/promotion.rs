//! Rotating sessions: how the next token takes the place of the current one.

use std::time::Duration;

use azuma_tests::clients::Carrier;
use azuma_tests::moments::{days, expect_in, moment, outwait};
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

use super::refresh::{always_due, next_of};

#[on_both_databases]
async fn the_first_use_in_any_carrier_makes_the_next_token_current(db: Database) {
    let server = always_due(db).start();
    let account = server.account();
    let neo = Person::named("neo");
    let viewer = server.azuma().sign_up(&neo).await;
    for carrier in Carrier::ALL {
        let token = server.legacy().sign_in(&neo).await.token;
        let next = next_of(&server, &token).await;
        let listed = account.list_tokens(&viewer).await;
        let current = listed.contains(&token) && !listed.contains(&next);
        assert!(current, "{carrier:?}: a next token that was only told");
        carrier.present(&server, &next).await.done(200);
        let listed = account.list_tokens(&viewer).await;
        let replaced = listed.contains(&next) && !listed.contains(&token);
        assert!(replaced, "{carrier:?}: a next token that was used");
        let status = carrier.present(&server, &token).await.status;
        assert_eq!(status, 200, "{carrier:?}: the old token in its grace");
    }
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
async fn the_next_token_lives_as_long_as_is_configured_by_then(db: Database) {
    let short = db.server().set("sessions.rotating.lifetime", "2s");
    let mut server = short.set("sessions.rotating.renew_within", "2s").start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    let by_default = |setup: azuma_tests::server::Setup| {
        let setup = setup.unset("sessions.rotating.lifetime");
        setup.unset("sessions.rotating.renew_within")
    };
    server.reconfigure(by_default).await;
    let next = next_of(&server, &token).await;
    outwait(Duration::from_secs(2)).await;
    server.legacy().me(&token).await.challenged(true);
    let session = server.azuma().current_session(&next).await;
    expect_in(days(30), moment(&session.expires_at));
}
