//! Registering with immediate effect.

use crate::world::{ACCOUNT, AZUMA, LEGACY, World};

#[tokio::test]
async fn a_new_user_is_logged_in() {
    let world = World::new();
    for (name, terms) in [("neo", AZUMA), ("trinity", LEGACY), ("morpheus", ACCOUNT)] {
        let issued = world.register(name, terms).await;
        let caller = world.caller(&issued.token).await;
        assert_eq!(caller.user.profile().unwrap().clone(), issued.user);
        assert_eq!(caller.policy, terms.policy);
        assert_eq!(caller.shape, terms.shape);
    }
}

#[tokio::test]
async fn a_new_user_is_as_it_said() {
    let world = World::new();
    let neo = world.register_with_email("Neo", "Neo@Example.org").await;
    let user = neo.user;
    assert_eq!(user.name.as_str(), "Neo");
    assert_eq!(user.email.unwrap().address().as_str(), "Neo@Example.org");
    assert_eq!((user.icon, user.status), (None, None));
    assert_eq!(user.created_at, world.now());
}

#[tokio::test]
async fn a_password_is_kept_as_a_hash_with_a_salt() {
    let world = World::new();
    world.register("neo", AZUMA).await;
    world.register("smith", AZUMA).await;
    let neo = world.credential("neo").await.password_hash;
    assert!(neo.as_phc().starts_with("$argon2id$"));
    assert_ne!(neo, world.credential("smith").await.password_hash);
}
