//! Sessions of the `azuma` and `account` dialects: each use moves the expiry.

use azuma_testkit::sample::{DAY, MICROSECOND, MINUTE};

use crate::world::{ACCOUNT, AZUMA, World};

#[tokio::test]
async fn an_unused_session_lives_as_long_as_its_dialect_says_and_tells_so() {
    for terms in [AZUMA, ACCOUNT] {
        let world = World::new();
        let neo = world.register("neo", terms).await;
        assert_eq!(neo.expires_at, world.now().plus(terms.first_life));
        world.wait(terms.first_life - MICROSECOND);
        assert!(world.is_live(&neo.token).await);
        world.wait(MICROSECOND);
        world.assert_refused(&neo.token).await;
    }
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
async fn a_sliding_session_never_gets_another_token() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    assert!(world.renew(&neo.token).await.is_none());
    world.wait(14 * DAY - MICROSECOND);
    assert!(world.renew(&neo.token).await.is_none());
    let caller = world.caller(&neo.token).await;
    assert_eq!(world.rows_of(&caller).await.len(), 1);
}
