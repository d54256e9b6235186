//! What becomes of the passwords.

use azuma_domain::ports::SourceUser;

use super::{CORRECT, DECOMPOSED, TAB, TAKEN, take, user};
use crate::world::{ACCOUNT, AZUMA, LEGACY, NEW_PASSWORD, World, password_update};

async fn stored_hash(world: &World, name: &str) -> String {
    let account = world.credential(name).await;
    account.password_hash.as_phc().to_owned()
}

#[tokio::test]
async fn a_user_logs_in_with_the_old_password_which_is_hashed_anew() {
    let world = World::new();
    assert_eq!(take(&world, &[user("neo")]).await, [TAKEN]);
    assert_eq!(
        stored_hash(&world, "neo").await,
        format!("imported:{CORRECT}")
    );
    assert!(
        world
            .try_log_in("neo", "Correct horse", AZUMA)
            .await
            .is_err()
    );
    assert!(stored_hash(&world, "neo").await.starts_with("imported:"));
    for terms in [AZUMA, LEGACY, ACCOUNT] {
        world
            .try_log_in("neo", "correct horse", terms)
            .await
            .unwrap();
        assert!(stored_hash(&world, "neo").await.starts_with("$argon2id$"));
    }
    assert!(
        world
            .try_log_in("neo", "Correct horse", AZUMA)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_password_that_is_prepared_otherwise_is_hashed_anew_as_prepared() {
    let world = World::new();
    let neo = SourceUser {
        password_hash: DECOMPOSED.to_owned(),
        ..user("neo")
    };
    take(&world, &[neo]).await;
    assert!(world.try_log_in("neo", "k\u{e4}se", AZUMA).await.is_err());
    world.try_log_in("neo", "ka\u{308}se", AZUMA).await.unwrap();
    assert!(stored_hash(&world, "neo").await.starts_with("$argon2id$"));
    for spelling in ["k\u{e4}se", "ka\u{308}se"] {
        world.try_log_in("neo", spelling, AZUMA).await.unwrap();
    }
}

#[tokio::test]
async fn a_password_that_cannot_be_prepared_keeps_its_hash() {
    let world = World::new();
    let neo = SourceUser {
        password_hash: TAB.to_owned(),
        ..user("neo")
    };
    take(&world, &[neo]).await;
    for _ in 0..2 {
        world.try_log_in("neo", "tab\there", AZUMA).await.unwrap();
        assert_eq!(stored_hash(&world, "neo").await, format!("imported:{TAB}"));
    }
    let session = world.try_log_in("neo", "tab\there", AZUMA).await.unwrap();
    let caller = world.caller(&session.token).await;
    world
        .update(&caller, password_update(NEW_PASSWORD))
        .await
        .unwrap();
    assert!(world.try_log_in("neo", "tab\there", AZUMA).await.is_err());
    assert!(stored_hash(&world, "neo").await.starts_with("$argon2id$"));
}
