//! A request to recover an account leads to a mail, where there is such an account.

use azuma_domain::ports::{Abort, StoreError, StoreExt};
use azuma_domain::services::Backlog;
use azuma_domain::testing::sample::{MICROSECOND, MINUTE, SECOND, recovery};

use crate::world::{AZUMA, World};

async fn with_neo() -> World {
    let world = World::new();
    let neo = world
        .try_register("neo", Some("Neo@example.org"), AZUMA)
        .await;
    neo.ok().unwrap();
    world
}

#[tokio::test]
async fn a_known_address_is_mailed_a_link() {
    let world = with_neo().await;
    world.recover("Neo@example.org").await;
    world.deliver_all().await;
    let letter = world.parts.mailbox.letter();
    assert_eq!(letter.subject, "Set a new password for azumaneo");
    assert!(letter.token.is_some());
}

#[tokio::test]
async fn the_link_goes_to_the_address_the_account_has_not_to_the_one_typed() {
    let world = with_neo().await;
    world.recover("nEO@eXample.ORG").await;
    world.deliver_all().await;
    assert_eq!(world.parts.mailbox.letter().to, "Neo@example.org");
}

#[tokio::test]
async fn an_unknown_address_is_mailed_nothing() {
    let world = with_neo().await;
    world.recover("trinity@example.org").await;
    assert_eq!(world.deliver_all().await, 0);
}

#[tokio::test]
async fn until_a_worker_looks_nothing_tells_a_known_address_from_an_unknown_one() {
    let world = with_neo().await;
    world.ask_to_recover("Neo@example.org").await;
    world.ask_to_recover("trinity@example.org").await;
    assert!(world.desk().list(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn each_request_is_mailed_once_however_many_workers_there_are() {
    let world = with_neo().await;
    for _ in 0..5 {
        world.ask_to_recover("neo@example.org").await;
    }
    let workers = azuma_domain::testing::all((0..8).map(|_| async {
        let mut begun = 0;
        while world.services.begin_next_recovery().await.unwrap() == Backlog::Left {
            begun += 1;
        }
        begun
    }))
    .await;
    assert_eq!(workers.iter().sum::<u32>(), 5);
    assert_eq!(world.deliver_all().await, 5);
}

#[tokio::test]
async fn a_request_that_fails_holds_up_no_other() {
    let world = with_neo().await;
    let begin = || world.services.begin_next_recovery();
    let write_down_the_same = || {
        let request = recovery(1, "neo@example.org", world.now());
        (world.parts.store)
            .transact(move |tx| Ok::<_, Abort<StoreError>>(tx.recoveries().insert(&request)?))
    };
    write_down_the_same().await.unwrap();
    assert_eq!(begin().await.unwrap(), Backlog::Left);
    // Again, the first one's link is in its way.
    write_down_the_same().await.unwrap();
    world.wait(SECOND);
    world.ask_to_recover("neo@example.org").await;
    world.wait(SECOND);
    begin().await.unwrap_err();
    assert_eq!(begin().await.unwrap(), Backlog::Left);
    assert_eq!(world.deliver_all().await, 2);
}

#[tokio::test]
async fn the_link_works_for_fifteen_minutes() {
    let world = with_neo().await;
    world.recover("neo@example.org").await;
    let link = world.link_mailed_to("Neo@example.org").await;
    world.wait(15 * MINUTE - MICROSECOND);
    world.reset(&link, "x").await.unwrap();
    world.recover("neo@example.org").await;
    world.wait(SECOND);
    let link = world.link_mailed_to("Neo@example.org").await;
    world.wait(15 * MINUTE);
    world.reset(&link, "y").await.unwrap_err();
}

#[tokio::test]
async fn a_waiting_account_is_mailed_a_link_that_works_as_long_as_it_waits() {
    let world = World::new();
    world.request_account("mallory", "neo@example.org").await;
    world.wait(9 * MINUTE);
    world.recover("neo@example.org").await;
    let listed = world.desk().list(10).await.unwrap();
    let ends: Vec<_> = listed
        .iter()
        .map(|queued| queued.mail.useless_from)
        .collect();
    assert_eq!(ends, [world.now().plus(MINUTE); 2]);
}

#[tokio::test]
async fn a_lapsed_account_is_mailed_nothing() {
    let world = World::new();
    world.request_account("mallory", "neo@example.org").await;
    world.deliver_all().await;
    world.wait(10 * MINUTE);
    world.recover("neo@example.org").await;
    assert_eq!(world.deliver_all().await, 0);
}
