//! A list shows a session once, however many tokens it has.

use azuma_domain::services::LogoutScope;
use azuma_domain::token::Token;
use azuma_testkit::sample::{DAY, MICROSECOND};

use super::{answered, in_grace};
use crate::world::{ACCOUNT, World};

/// The tokens listed to another session of the same user, without that one's own.
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
    let watcher = world.caller(&watcher.token).await;
    world.log_out(&watcher, LogoutScope::ThisSession).await;
    tokens
}

#[tokio::test]
async fn a_session_is_listed_with_the_current_token_then_with_the_next_and_then_no_more() {
    let (world, old, next) = answered().await;
    world.wait(7 * DAY - MICROSECOND);
    assert_eq!(listed(&world).await, [old.expose()]);
    world.wait(MICROSECOND);
    assert_eq!(listed(&world).await, [next.expose()]);
    world.wait(23 * DAY);
    assert!(listed(&world).await.is_empty());
}

#[tokio::test]
async fn a_session_is_listed_with_the_new_token_from_its_first_use_on() {
    let (world, _, next) = in_grace().await;
    assert_eq!(listed(&world).await, [next.expose()]);
}
