//! Nothing expired is deleted while the clock may be wrong.

use azuma_domain::services::ClockDoubt;
use azuma_testkit::sample::{DAY, MICROSECOND, MINUTE, SECOND};

use crate::world::{AZUMA, LEGACY, World};

const HOUR: std::time::Duration = MINUTE.saturating_mul(60);

async fn doubt(world: &World) -> Option<ClockDoubt> {
    world.housekeeping.sweep().await.unwrap().doubt
}

/// Sets the clock ahead, or back if `by_days` is negative.
fn set(world: &World, by_days: i64) {
    let micros = by_days * 86_400_000_000;
    let now = world.now().micros() + micros;
    world
        .parts
        .clock
        .set(azuma_domain::Timestamp::from_micros(now));
}

#[tokio::test]
async fn a_server_that_starts_with_a_clock_set_ahead_deletes_nothing() {
    let world = World::new();
    let neo = world.register("neo", LEGACY).await;
    set(&world, 40);
    let restarted = world.restarted(|_| {});
    assert_eq!(doubt(&restarted).await, Some(ClockDoubt::Young));
    set(&world, -40);
    assert_eq!(doubt(&restarted).await, Some(ClockDoubt::Set));
    world.caller(&neo.token).await;
}

#[tokio::test]
async fn a_clock_that_jumps_ahead_for_a_minute_ends_no_session() {
    let world = World::new();
    let neo = world.register("neo", LEGACY).await;
    let trinity = world.register("trinity", AZUMA).await;
    world.caller(&trinity.token).await;
    world.wait(HOUR);
    assert_eq!(doubt(&world).await, None);
    set(&world, 40);
    assert_eq!(doubt(&world).await, Some(ClockDoubt::Set));
    world.assert_refused(&neo.token).await;
    world.wait(MINUTE);
    assert_eq!(doubt(&world).await, Some(ClockDoubt::Young));
    set(&world, -40);
    for session in [&neo, &trinity] {
        world.caller(&session.token).await;
    }
}

#[tokio::test]
async fn a_clock_that_jumps_ahead_for_a_minute_frees_no_name_that_waits() {
    let world = World::new();
    world.wait(HOUR);
    world.request_account("neo", "neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    set(&world, 1);
    assert_eq!(doubt(&world).await, Some(ClockDoubt::Set));
    set(&world, -1);
    world.follow(&link).await.unwrap();
}

#[tokio::test]
async fn what_has_expired_is_deleted_once_the_clock_has_gone_evenly_for_an_hour() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    set(&world, 40);
    assert_eq!(doubt(&world).await, Some(ClockDoubt::Set));
    world.wait(HOUR - MICROSECOND);
    assert_eq!(doubt(&world).await, Some(ClockDoubt::Young));
    assert_eq!(world.rows_of(&caller).await.len(), 1);
    world.wait(MICROSECOND);
    assert_eq!(doubt(&world).await, None);
    assert!(world.rows_of(&caller).await.is_empty());
}

#[tokio::test]
async fn a_clock_that_is_set_back_is_doubted_likewise() {
    let world = World::new();
    world.wait(HOUR);
    set(&world, -1);
    assert_eq!(doubt(&world).await, Some(ClockDoubt::Set));
    assert_eq!(doubt(&world).await, Some(ClockDoubt::Young));
}

#[tokio::test]
async fn a_clock_that_is_put_right_by_seconds_is_believed() {
    let world = World::new();
    world.wait(HOUR);
    for _ in 0..3 {
        let ahead = world.now().plus(5 * SECOND);
        world.parts.clock.set(ahead);
        assert_eq!(doubt(&world).await, None);
        world.wait(MINUTE);
    }
    assert_eq!(doubt(&world).await, None);
    world.wait(DAY);
    assert_eq!(doubt(&world).await, None);
}
