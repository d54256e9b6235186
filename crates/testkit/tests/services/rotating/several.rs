//! Several tokens at once, as browsers send a cookie for each path.

use std::time::Duration;

use azuma_domain::ErrorCode;
use azuma_domain::services::AuthenticateError;
use azuma_domain::session::LiveSession;
use azuma_domain::token::Token;
use azuma_testkit::sample::{MINUTE, SECOND};

use super::{answered, in_grace};
use crate::world::{AZUMA, LEGACY, World, refusal};

async fn one_of(
    world: &World,
    first: &Token,
    others: &[&Token],
) -> Result<LiveSession, AuthenticateError> {
    let others: Vec<Token> = others.iter().map(|token| (*token).clone()).collect();
    world.sessions.authenticate_one_of(first, &others).await
}

fn unknown() -> Token {
    Token::parse("A".repeat(64)).unwrap()
}

#[tokio::test]
async fn the_first_live_one_counts() {
    let world = World::new();
    let neo = world.register("neo", LEGACY).await;
    let trinity = world.register("trinity", LEGACY).await;
    let found = one_of(&world, &unknown(), &[&trinity.token, &neo.token]).await;
    assert_eq!(
        found.unwrap().user.id,
        world.caller(&trinity.token).await.user.id
    );
}

#[tokio::test]
async fn none_that_is_live_is_refused() {
    let world = World::new();
    let outcome = one_of(&world, &unknown(), &[&unknown()]).await;
    assert_eq!(refusal(outcome), ErrorCode::TokenInvalid);
}

#[tokio::test]
async fn the_next_token_is_used_where_it_comes_with_the_old_one_and_is_not_told_again() {
    let (world, old, next) = answered().await;
    let found = one_of(&world, &old, &[&unknown(), &next]).await.unwrap();
    assert_eq!(found.token.hash, next.hash());
    assert!(
        world
            .sessions
            .renew_session(&found)
            .await
            .unwrap()
            .is_none()
    );
    world.wait(MINUTE + SECOND);
    world.assert_refused(&old).await;
    let found = one_of(&world, &old, &[&next]).await.unwrap();
    assert_eq!(found.token.hash, next.hash());
}

#[tokio::test]
async fn an_old_token_in_its_grace_does_not_stand_before_the_current_one() {
    let (world, old, current) = in_grace().await;
    for (first, other) in [(&old, &current), (&current, &old)] {
        let found = one_of(&world, first, &[other]).await.unwrap();
        assert_eq!(found.token.hash, current.hash());
    }
}

#[tokio::test]
async fn a_token_of_another_session_is_not_used() {
    let (world, old, _) = answered().await;
    let other = world.register("trinity", AZUMA).await;
    let found = one_of(&world, &old, &[&other.token]).await.unwrap();
    assert_eq!(found.token.hash, old.hash());
    world.wait(Duration::from_mins(6));
    assert!(
        !world.is_live(&other.token).await,
        "its five minutes are over"
    );
}
