//! Sessions of the `azuma` and `account` dialects: a use moves their expiry.

use std::time::Duration;

use azuma_testkit::sample::{DAY, MICROSECOND, MINUTE};

use crate::world::{ACCOUNT, AZUMA, World};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn an_unused_session_lives_to_the_last_microsecond_of_five_minutes() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    world.wait(5 * MINUTE - MICROSECOND);
    world.caller(&neo.token).await;
}

#[tokio::test]
async fn an_unused_session_is_gone_after_five_minutes() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    world.wait(5 * MINUTE);
    world.assert_refused(&neo.token).await;
}

#[tokio::test]
async fn an_unused_account_session_lives_fourteen_days() {
    let world = World::new();
    let neo = world.register("neo", ACCOUNT).await;
    world.wait(14 * DAY - MICROSECOND);
    assert!(world.is_live(&neo.token).await);
    world.wait(MICROSECOND);
    world.assert_refused(&neo.token).await;
}

#[tokio::test]
async fn an_issued_session_tells_when_it_expires_unused() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    assert_eq!(neo.expires_at, world.now().plus(5 * MINUTE));
    let again = world.log_in("neo", ACCOUNT).await;
    assert_eq!(again.expires_at, world.now().plus(14 * DAY));
}

#[tokio::test]
async fn a_use_extends_a_session_to_fourteen_days_from_then() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    world.wait(4 * MINUTE);
    let used = world.caller(&neo.token).await;
    assert_eq!(used.token.expires_at, world.now().plus(14 * DAY));
    world.wait(14 * DAY - MICROSECOND);
    assert!(world.is_live(&neo.token).await);
    world.wait(MICROSECOND);
    world.assert_refused(&neo.token).await;
}

#[tokio::test]
async fn a_session_in_use_lives_on_and_on() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    for _ in 0..40 {
        world.caller(&neo.token).await;
        world.wait(13 * DAY);
    }
    world.caller(&neo.token).await;
}

#[tokio::test]
async fn a_use_never_shortens_a_session() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let long = world.caller(&neo.token).await.token.expires_at;
    let hasty = world.restarted(|parts| parts.settings.lifetimes.extend_to = MINUTE);
    world.wait(DAY);
    assert_eq!(hasty.caller(&neo.token).await.token.expires_at, long);
    assert_eq!(hasty.listed_to(&neo.token).await[0].token.expires_at, long);
}

#[tokio::test]
async fn a_session_keeps_its_first_expiry_where_a_use_would_bring_less() {
    let world = World::new().restarted(|parts| parts.settings.lifetimes.extend_to = DAY);
    let neo = world.register("neo", ACCOUNT).await;
    let used = world.caller(&neo.token).await;
    assert_eq!(used.token.expires_at, neo.expires_at);
}

#[tokio::test]
async fn the_first_use_is_written_at_once() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let smith = world.log_in("neo", AZUMA).await;
    world.wait(SECOND);
    world.caller(&neo.token).await;
    let listed = world.listed_to(&smith.token).await;
    let other = listed.iter().find(|one| one.token.hash == neo.token.hash());
    let other = other.unwrap();
    assert_eq!(other.last_used_at, Some(world.now()));
    assert_eq!(other.token.expires_at, world.now().plus(14 * DAY));
}

#[tokio::test]
async fn a_use_a_minute_after_the_last_is_written_at_once() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    world.caller(&neo.token).await;
    world.wait(MINUTE);
    let listed = world.listed_to(&neo.token).await;
    assert_eq!(listed[0].last_used_at, Some(world.now()));
    assert_eq!(listed[0].token.expires_at, world.now().plus(14 * DAY));
}

#[tokio::test]
async fn every_use_close_to_the_expiry_is_written_at_once() {
    let short = 10 * MINUTE - MICROSECOND;
    let world = World::new().restarted(|parts| parts.settings.lifetimes.extend_to = short);
    let neo = world.register("neo", AZUMA).await;
    for _ in 0..3 {
        world.wait(SECOND);
        let listed = world.listed_to(&neo.token).await;
        assert_eq!(listed[0].last_used_at, Some(world.now()));
        assert_eq!(listed[0].token.expires_at, world.now().plus(short));
    }
}

#[tokio::test]
async fn a_use_within_a_minute_of_the_last_extends_the_session_too() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    world.caller(&neo.token).await;
    world.wait(59 * SECOND);
    world.caller(&neo.token).await;
    world.wait(14 * DAY - MICROSECOND);
    world.caller(&neo.token).await;
}

#[tokio::test]
async fn a_sliding_session_never_gets_another_token() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    assert!(world.renew(&neo.token).await.is_none());
    world.wait(14 * DAY - MICROSECOND);
    assert!(world.renew(&neo.token).await.is_none());
    let caller = world.caller(&neo.token).await;
    assert_eq!(world.rows_of(&caller).await.len(), 1);
}

#[tokio::test]
async fn a_session_used_a_day_ago_counts_from_its_last_use() {
    let world = World::new();
    let neo = world.register("neo", ACCOUNT).await;
    world.caller(&neo.token).await;
    world.wait(DAY);
    world.caller(&neo.token).await;
    world.wait(14 * DAY - MICROSECOND);
    assert!(world.is_live(&neo.token).await);
    world.wait(MICROSECOND);
    assert!(!world.is_live(&neo.token).await);
}
