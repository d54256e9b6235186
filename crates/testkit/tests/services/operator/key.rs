//! Which account is meant.

use azuma_domain::services::{AccountAdminError, AccountKey, NoSingleAccount};
use azuma_domain::user::UserId;
use azuma_testkit::sample::{self, MINUTE, user_id};

use super::{called, create};
use crate::world::World;

async fn find(world: &World, key: AccountKey) -> Result<UserId, NoSingleAccount> {
    match world.account_admin().show(key).await {
        Ok(details) => Ok(details.account.id),
        Err(AccountAdminError::NoSingleAccount(none)) => Err(none),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn an_account_is_called_by_its_name_its_id_or_its_proved_address() {
    let world = World::new();
    let neo = create(&world, "Neo", Some("theone@example.org")).await;
    create(&world, "trinity", None).await;
    for text in ["neo", "NEO", &neo.to_string()] {
        assert_eq!(find(&world, called(text)).await, Ok(neo), "{text}");
    }
    assert_eq!(find(&world, AccountKey::Id(neo)).await, Ok(neo));
    let by_address = || find(&world, called("TheOne@example.org"));
    assert_eq!(by_address().await, Err(NoSingleAccount::None));
    let (admin, address) = (world.account_admin(), sample::email("theone@example.org"));
    let proved = admin.set_email(
        called("neo"),
        address,
        azuma_domain::services::EmailStanding::Proved,
    );
    proved.await.unwrap();
    assert_eq!(by_address().await, Ok(neo));
}

#[tokio::test]
async fn nobody_is_meant_by_what_nobody_is_called() {
    let world = World::new();
    create(&world, "neo", None).await;
    let unknown = user_id(99);
    for key in [
        called("smith"),
        called(&unknown.to_string()),
        AccountKey::Id(unknown),
    ] {
        assert_eq!(find(&world, key).await, Err(NoSingleAccount::None));
    }
}

#[tokio::test]
async fn a_name_that_is_the_id_of_another_account_is_refused_and_an_id_is_not() {
    let world = World::new();
    let neo = create(&world, "neo", None).await;
    let smith = create(&world, &neo.to_string(), None).await;
    let mut both = vec![neo, smith];
    both.sort();
    let key = called(&neo.to_string());
    assert_eq!(
        find(&world, key.clone()).await,
        Err(NoSingleAccount::Several(both))
    );
    assert!(world.account_admin().delete(key).await.is_err());
    assert_eq!(find(&world, AccountKey::Id(neo)).await, Ok(neo));
}

#[tokio::test]
async fn a_lapsed_account_is_none() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let neo = find(&world, called("neo")).await.unwrap();
    world.wait(10 * MINUTE);
    for key in [called("neo"), AccountKey::Id(neo)] {
        assert_eq!(find(&world, key).await, Err(NoSingleAccount::None));
    }
}
