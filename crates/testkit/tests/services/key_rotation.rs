//! A new secret key. The old one is kept as a previous key, or it is lost.

use azuma_domain::audit::Source;
use azuma_domain::session::LiveSession;
use azuma_testkit::sample::{DAY, MICROSECOND, MINUTE};

use crate::world::{AZUMA, LEGACY, World, keys};

/// The same instance with a new key and the old one as a previous key.
fn rotated(world: &World) -> World {
    world.restarted(|parts| parts.settings.keys = keys(2, &[9, 1]))
}

/// The same instance with a new key and no previous key.
fn lost(world: &World) -> World {
    world.restarted(|parts| parts.settings.keys = keys(2, &[]))
}

#[tokio::test]
async fn after_a_rotation_sessions_are_listed_with_their_tokens() {
    let world = World::new();
    let sliding = world.register("neo", AZUMA).await;
    world.wait(MICROSECOND);
    let rotating = world.log_in("neo", LEGACY).await;
    let world = rotated(&world);
    let tokens = world.tokens_listed_to(&sliding.token).await;
    assert_eq!(tokens, [rotating.token.expose(), sliding.token.expose()]);
}

#[tokio::test]
async fn after_a_rotation_new_tokens_are_made_with_the_new_key() {
    let world = World::new();
    world.register("neo", AZUMA).await;
    let new = rotated(&world).log_in("neo", AZUMA).await;
    let tokens = lost(&world).tokens_listed_to(&new.token).await;
    assert_eq!(tokens, [new.token.expose()]);
}

#[tokio::test]
async fn after_a_rotation_a_next_token_is_the_one_fixed_before() {
    let world = World::new();
    let neo = world.register("neo", LEGACY).await;
    world.wait(25 * DAY);
    let next = world.next_of(&neo.token).await;
    let world = rotated(&world);
    assert!(world.next_of(&neo.token).await == next);
    world.caller(&next).await;
    assert!(world.next_of(&neo.token).await == next);
}

#[tokio::test]
async fn after_a_rotation_the_next_token_of_an_old_key_is_of_the_new_one() {
    let world = World::new();
    let neo = world.register("neo", LEGACY).await;
    world.wait(25 * DAY);
    let next = rotated(&world).next_of(&neo.token).await;
    let world = lost(&world);
    assert!(world.next_of(&neo.token).await == next);
    world.caller(&next).await;
    assert_eq!(world.tokens_listed_to(&next).await, [next.expose()]);
}

#[tokio::test]
async fn after_a_rotation_mail_written_before_is_sent_and_its_link_works() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let world = rotated(&world);
    let link = world.link_mailed_to("neo@example.org").await;
    world.follow(&link).await.unwrap();
}

#[tokio::test]
async fn a_lost_key_logs_nobody_out() {
    let world = World::new();
    let sliding = world.register("neo", AZUMA).await;
    let rotating = world.log_in("neo", LEGACY).await;
    let world = lost(&world);
    world.caller(&sliding.token).await;
    world.wait(13 * DAY);
    world.caller(&sliding.token).await;
    world.caller(&rotating.token).await;
}

#[tokio::test]
async fn sessions_of_a_lost_key_are_not_listed_with_their_tokens() {
    let world = World::new();
    let old = world.register("neo", AZUMA).await;
    let world = lost(&world);
    assert!(world.tokens_listed_to(&old.token).await.is_empty());
    let new = world.log_in("neo", LEGACY).await;
    let tokens = world.tokens_listed_to(&old.token).await;
    assert_eq!(tokens, [new.token.expose()]);
}

#[tokio::test]
async fn sessions_of_a_lost_key_are_listed_and_ended_by_id() {
    let world = World::new();
    let old = world.register("neo", AZUMA).await;
    let world = lost(&world);
    let new = world.log_in("neo", AZUMA).await;
    let caller = world.caller(&new.token).await;
    let listed = world.sessions.list_sessions(&caller).await.unwrap();
    assert_eq!(listed.len(), 2);
    let found = listed.iter().find(|one| one.token.hash == old.token.hash());
    let (id, source) = (found.unwrap().session.id, Source::default());
    let ended = world.sessions.revoke_session(&caller, id, &source);
    ended.await.unwrap();
    world.assert_refused(&old.token).await;
}

#[tokio::test]
async fn a_token_of_a_lost_key_is_answered_with_a_next_one_when_it_is_due() {
    let world = World::new();
    let neo = world.register("neo", LEGACY).await;
    let world = lost(&world);
    world.wait(23 * DAY);
    let next = world.next_of(&neo.token).await;
    assert!(world.next_of(&neo.token).await == next);
    world.caller(&next).await;
    world.wait(MINUTE);
    world.assert_refused(&neo.token).await;
    assert_eq!(world.tokens_listed_to(&next).await, [next.expose()]);
}

#[tokio::test]
async fn a_next_token_that_was_lost_with_its_key_is_replaced_once() {
    let world = World::new();
    let neo = world.register("neo", LEGACY).await;
    world.wait(25 * DAY);
    let before = world.next_of(&neo.token).await;
    let world = lost(&world);
    let next = world.next_of(&neo.token).await;
    assert!(next != before);
    for _ in 0..4 {
        world.wait(DAY);
        assert!(world.next_of(&neo.token).await == next);
    }
}

#[tokio::test]
async fn a_replaced_next_token_still_works_for_whoever_was_answered_it() {
    let world = World::new();
    let neo = world.register("neo", LEGACY).await;
    world.wait(25 * DAY);
    let before = world.next_of(&neo.token).await;
    let world = lost(&world);
    world.next_of(&neo.token).await;
    let LiveSession { token, current, .. } = world.caller(&before).await;
    assert_eq!(current, token.generation);
    world.wait(MINUTE);
    world.assert_refused(&neo.token).await;
    world.caller(&before).await;
}

#[tokio::test]
async fn a_next_token_of_a_lost_key_is_followed_when_its_time_comes() {
    let world = World::new();
    let neo = world.register("neo", LEGACY).await;
    world.wait(25 * DAY);
    let before = world.next_of(&neo.token).await;
    let world = lost(&world);
    world.caller(&before).await;
    world.wait(30 * DAY - MICROSECOND);
    let next = world.next_of(&before).await;
    world.wait(DAY);
    world.caller(&next).await;
}

#[tokio::test]
async fn mail_whose_key_is_lost_is_kept_and_not_sent() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let world = lost(&world);
    assert_eq!(world.deliver_all().await, 1);
    assert!(world.parts.mailbox.letters().is_empty());
}

#[tokio::test]
async fn a_link_mailed_before_its_key_was_lost_works() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    lost(&world).follow(&link).await.unwrap();
}
