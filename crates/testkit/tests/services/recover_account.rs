//! A request to recover an account causes a message if there is such an account.

use azuma_domain::ports::{Abort, StoreError, StoreExt};
use azuma_domain::recovery::RecoveryId;
use azuma_domain::services::RecoveryProgress;
use azuma_testkit::sample::{MICROSECOND, MINUTE, SECOND, recovery};

use crate::world::World;

async fn with_neo() -> World {
    let world = World::new();
    world.register_with_email("neo", "Neo@example.org").await;
    world
}

#[tokio::test]
async fn a_known_address_is_mailed_a_link_as_the_account_writes_it_not_as_it_was_typed() {
    let world = with_neo().await;
    world.recover("nEO@eXample.ORG").await;
    world.deliver_all().await;
    let letter = world.parts.mailbox.letter();
    assert_eq!(letter.to, "Neo@example.org");
    assert_eq!(letter.subject, "Set a new password for azumaneo");
    assert!(letter.token.is_some());
}

#[tokio::test]
async fn until_a_worker_looks_nothing_tells_a_known_address_from_an_unknown_one() {
    let world = with_neo().await;
    world.ask_to_recover("Neo@example.org").await;
    world.ask_to_recover("trinity@example.org").await;
    assert!(world.outbox_admin().list(10).await.unwrap().is_empty());
}

/// A request that fails whenever it is worked on, because its link is there already.
async fn ask_in_vain(world: &World, number: u32) -> RecoveryId {
    let request = recovery(number, "neo@example.org", world.now());
    let id = request.id;
    for _ in 0..2 {
        let request = request.clone();
        let written = (world.parts.store)
            .transact(move |tx| Ok::<_, Abort<StoreError>>(tx.recoveries().insert(&request)?));
        written.await.unwrap();
        world.accounts.begin_recoveries().await.unwrap();
    }
    id
}

#[tokio::test]
async fn many_requests_that_fail_hold_up_no_other() {
    let world = with_neo().await;
    let mut vain = Vec::new();
    for number in 1..=140 {
        vain.push(ask_in_vain(&world, number).await);
    }
    world.deliver_all().await;
    // All of them are due again, and before the one that can be worked on.
    world.wait(MINUTE + SECOND);
    world.ask_to_recover("neo@example.org").await;
    let mut failed = Vec::new();
    for _ in 0..=vain.len() {
        match world.accounts.begin_recoveries().await.unwrap() {
            RecoveryProgress::Rescheduled(id, _, _) => failed.push(id),
            progress => assert_eq!(progress, RecoveryProgress::Made),
        }
    }
    failed.sort();
    vain.sort();
    assert!(failed == vain, "each of them failed once: {}", failed.len());
    assert_eq!(world.deliver_all().await, 1);
}

#[tokio::test]
async fn a_request_that_fails_is_tried_ever_more_rarely_and_given_up_after_fifteen_minutes() {
    let world = with_neo().await;
    let begun = world.now();
    let vain = ask_in_vain(&world, 1).await;
    let mut tried_after = Vec::new();
    for _ in 0..1_100 {
        match world.accounts.begin_recoveries().await.unwrap() {
            RecoveryProgress::NoneDue => world.wait(SECOND),
            RecoveryProgress::Rescheduled(id, _, reason) => {
                assert!(id == vain && reason.contains("links"), "{reason}");
                tried_after.push(begun.until(world.now()).as_secs());
            }
            progress => {
                assert!(matches!(progress, RecoveryProgress::Abandoned(id, _) if id == vain));
                tried_after.push(begun.until(world.now()).as_secs());
            }
        }
    }
    assert_eq!(tried_after, [60, 120, 240, 480, 960]);
    world.wait(60 * MINUTE);
    let progress = world.accounts.begin_recoveries().await.unwrap();
    assert_eq!(progress, RecoveryProgress::NoneDue);
}

#[tokio::test]
async fn requests_for_unknown_addresses_are_worked_on_together() {
    let world = with_neo().await;
    for _ in 0..99 {
        world.ask_to_recover("trinity@example.org").await;
    }
    world.wait(SECOND);
    world.ask_to_recover("neo@example.org").await;
    let progress = world.accounts.begin_recoveries().await.unwrap();
    assert_eq!(progress, RecoveryProgress::Made);
    assert_eq!(world.deliver_all().await, 1);
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
async fn a_waiting_account_is_mailed_a_link_that_works_as_long_as_it_waits_and_a_lapsed_one_none() {
    let world = World::new();
    world.request_account("mallory", "neo@example.org").await;
    world.wait(9 * MINUTE);
    world.recover("neo@example.org").await;
    let listed = world.outbox_admin().list(10).await.unwrap();
    let ends: Vec<_> = listed.iter().map(|queued| queued.mail.expires_at).collect();
    assert_eq!(ends, [world.now().plus(MINUTE); 2]);
    world.wait(MINUTE);
    world.recover("neo@example.org").await;
    assert_eq!(world.outbox_admin().list(10).await.unwrap(), listed);
}
