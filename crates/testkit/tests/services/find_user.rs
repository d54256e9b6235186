//! Telling about others.

use azuma_domain::ErrorCode;
use azuma_testkit::sample;

use crate::world::{AZUMA, World, refusal};

#[tokio::test]
async fn a_user_is_found_by_its_id() {
    let world = World::new();
    let neo = world
        .try_register("neo", Some("neo@example.org"), AZUMA)
        .await;
    let neo = neo.ok().unwrap();
    assert_eq!(
        world.accounts.find_user(neo.user.id).await.unwrap(),
        neo.user
    );
    assert_eq!(neo.user.name.as_str(), "neo");
    assert_eq!(neo.user.email, Some(sample::claimed("neo@example.org")));
}

#[tokio::test]
async fn an_id_of_nobody_is_unknown() {
    let world = World::new();
    let outcome = world.accounts.find_user(sample::user_id(1)).await;
    assert_eq!(refusal(outcome), ErrorCode::UserUnknown);
}
