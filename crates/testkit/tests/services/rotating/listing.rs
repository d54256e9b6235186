//! Lists show a session once, whatever number of tokens it has.

use azuma_domain::token::Token;
use azuma_testkit::sample::{DAY, MICROSECOND};

use super::{SECOND, answered, in_grace};
use crate::world::{ACCOUNT, World};

/// What lists show of the session, to another session of its user.
async fn listed(world: &World) -> Vec<String> {
    let watcher = world.log_in("neo", ACCOUNT).await;
    let mut tokens = world.tokens_listed_to(&watcher.token).await;
    tokens.retain(|token| token != watcher.token.expose());
    let sessions = world.listed_to(&watcher.token).await;
    assert_eq!(sessions.len(), tokens.len() + 1);
    let found = |text: &String| {
        let hash = Token::parse(text).unwrap().hash();
        sessions.iter().any(|one| one.token.hash == hash)
    };
    assert!(tokens.iter().all(found));
    tokens
}

#[tokio::test]
async fn a_session_with_a_next_token_is_listed_with_the_current_one() {
    let (world, old, _) = answered().await;
    assert_eq!(listed(&world).await, [old.expose()]);
}

#[tokio::test]
async fn a_session_is_listed_with_the_current_token_to_its_last_microsecond() {
    let (world, old, _) = answered().await;
    world.wait(7 * DAY - MICROSECOND);
    assert_eq!(listed(&world).await, [old.expose()]);
}

#[tokio::test]
async fn a_session_is_listed_with_the_next_token_once_the_current_has_expired() {
    let (world, _, next) = answered().await;
    world.wait(7 * DAY);
    assert_eq!(listed(&world).await, [next.expose()]);
}

#[tokio::test]
async fn a_session_is_listed_with_the_new_token_from_its_first_use_on() {
    let (world, _, next) = in_grace().await;
    assert_eq!(listed(&world).await, [next.expose()]);
}

#[tokio::test]
async fn a_use_of_the_old_token_in_its_grace_does_not_list_it_again() {
    let (world, old, next) = in_grace().await;
    world.wait(SECOND);
    world.caller(&old).await;
    assert_eq!(listed(&world).await, [next.expose()]);
}

#[tokio::test]
async fn a_session_is_not_listed_once_all_its_tokens_have_expired() {
    let (world, _, _) = answered().await;
    world.wait(30 * DAY);
    assert!(listed(&world).await.is_empty());
}

#[tokio::test]
async fn the_last_use_of_a_session_is_that_of_any_of_its_tokens() {
    let (world, old, next) = answered().await;
    world.wait(DAY);
    let used_at = world.now();
    world.caller(&old).await;
    world.wait(6 * DAY);
    let watcher = world.log_in("neo", ACCOUNT).await;
    let sessions = world.listed_to(&watcher.token).await;
    let session = sessions.iter().find(|one| one.token.hash == next.hash());
    assert_eq!(session.unwrap().last_used_at, Some(used_at));
}
