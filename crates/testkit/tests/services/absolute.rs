//! An end to every session, however it is used.

use std::time::Duration;

use azuma_domain::session::SessionTerms;
use azuma_domain::token::Token;
use azuma_testkit::sample::{DAY, MICROSECOND};

use crate::world::{ACCOUNT, AZUMA, LEGACY, World};

const END: Duration = DAY.saturating_mul(40);

fn limited(world: &World) -> World {
    world.restarted(|parts| parts.settings.lifetimes.absolute = Some(END))
}

/// The last token of a session that is used and renewed every five days until just before its end.
async fn use_until_its_end(world: &World, terms: SessionTerms) -> Token {
    let issued_at = world.now();
    let mut token = world.register("neo", terms).await.token;
    let end = issued_at.plus(END);
    world.caller(&token).await;
    while world.now().plus(5 * DAY) < end {
        world.wait(5 * DAY);
        let used = world.caller(&token).await;
        assert!(used.token.expires_at <= end);
        if let Some(next) = world.renew(&token).await {
            assert!(next.expires_at <= end);
            token = next.token;
        }
        let listed = world.listed_to(&token).await;
        assert!(listed[0].token.expires_at <= end);
        assert_eq!(listed[0].session.created_at, issued_at);
    }
    world.wait(world.now().until(end) - MICROSECOND);
    assert!(world.is_live(&token).await);
    token
}

#[tokio::test]
async fn no_session_outlives_it_whatever_extends_or_renews_it() {
    for terms in [AZUMA, ACCOUNT, LEGACY] {
        let world = limited(&World::new());
        let last = use_until_its_end(&world, terms).await;
        world.wait(MICROSECOND);
        world.assert_refused(&last).await;
        world.log_in("neo", terms).await;
    }
}

#[tokio::test]
async fn a_token_that_lives_to_the_end_gets_no_successor() {
    let world = limited(&World::new());
    let neo = world.register("neo", LEGACY).await;
    world.wait(24 * DAY);
    let next = world.renew(&neo.token).await.expect("a next token");
    assert_eq!(next.expires_at, world.now().plus(16 * DAY));
    world.caller(&next.token).await;
    world.wait(15 * DAY);
    assert!(world.renew(&next.token).await.is_none());
}

#[tokio::test]
async fn sessions_that_were_there_before_end_too_and_say_when() {
    for terms in [AZUMA, ACCOUNT, LEGACY] {
        let world = World::new();
        let issued_at = world.now();
        let mut token = world.register("neo", terms).await.token;
        world.caller(&token).await;
        for _ in 0..3 {
            world.wait(9 * DAY);
            if let Some(next) = world.renew(&token).await {
                token = next.token;
            }
            world.caller(&token).await;
        }
        let limited = limited(&world);
        let end = issued_at.plus(END);
        assert_eq!(limited.caller(&token).await.token.expires_at, end);
        let listed = limited.listed_to(&token).await;
        assert_eq!(listed[0].token.expires_at, end);
        world.wait(13 * DAY);
        limited.assert_refused(&token).await;
        let other = limited.log_in("neo", terms).await;
        assert_eq!(limited.listed_to(&other.token).await.len(), 1);
        // Without the limit, the session would still live.
        assert!(world.is_live(&token).await);
    }
}
