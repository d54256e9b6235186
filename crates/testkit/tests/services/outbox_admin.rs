//! What an operator can do with messages that could not be sent.

use azuma_domain::mail::{MailId, MailState};
use azuma_domain::ports::{StoreError, StoreExt};
use azuma_domain::services::OutboxAdminError;
use azuma_testkit::sample::{DAY, MICROSECOND, MINUTE};

use crate::world::{World, email_update};

/// An instance whose only message is a dead letter, and the id of the message.
async fn with_dead_letter() -> (World, MailId) {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let id = dead_letter(&world).await;
    (world, id)
}

/// Makes the message that is due a dead letter.
async fn dead_letter(world: &World) -> MailId {
    let leased = world.mailing.lease_mail().await.unwrap().unwrap().unwrap();
    let (lease, now) = (leased.lease, world.now());
    let store = &world.parts.store;
    let buried = store.transact(move |tx| Ok(tx.outbox().dead_letter(lease, now, "550 nobody")?));
    let buried: Result<(), StoreError> = buried.await;
    buried.unwrap();
    lease.id
}

#[tokio::test]
async fn messages_that_the_mailer_keeps_go_as_well() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    world.deliver_all().await;
    let discarded = async || world.housekeeping.discard_mail_files().await.unwrap();
    world.wait(DAY);
    assert_eq!(discarded().await, 0);
    world.parts.mailbox.letter();
    // The file is written now; the clock of the instance begins in 2021.
    world.wait(100 * 365 * DAY);
    assert_eq!(discarded().await, 1);
    assert!(world.parts.mailbox.letters().is_empty());
}

#[tokio::test]
async fn a_dead_letter_is_kept_for_thirty_days_from_when_it_was_given_up() {
    let (world, _) = with_dead_letter().await;
    let discarded = async || {
        world
            .housekeeping
            .discard_dead_letters()
            .await
            .unwrap()
            .count
    };
    world.wait(30 * DAY - MICROSECOND);
    assert_eq!(discarded().await, 0);
    world.wait(MICROSECOND);
    assert_eq!(discarded().await, 1);
    assert!(world.outbox_admin().list(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_dead_letter_is_kept_while_the_clock_may_be_wrong() {
    let (world, _) = with_dead_letter().await;
    world.wait(60 * MINUTE);
    world.parts.clock.set(world.now().plus(31 * DAY));
    let discarded = world.housekeeping.discard_dead_letters().await.unwrap();
    assert_eq!(discarded.count, 0);
}

#[tokio::test]
async fn a_dead_letter_that_is_retried_arrives_and_its_link_works() {
    let (world, id) = with_dead_letter().await;
    world.outbox_admin().retry(id).await.unwrap();
    world.deliver_all().await;
    let link = world.parts.mailbox.token();
    world.follow(&link).await.unwrap();
}

#[tokio::test]
async fn a_letter_whose_link_has_expired_is_not_retried() {
    let (world, id) = with_dead_letter().await;
    world.wait(10 * MINUTE);
    let outcome = world.outbox_admin().retry(id).await;
    assert!(matches!(outcome, Err(OutboxAdminError::LinkExpired)));
    let shown = world.outbox_admin().show(id).await.unwrap();
    assert!(matches!(shown.state, MailState::Dead(_)), "{shown:?}");
}

#[tokio::test]
async fn a_letter_whose_link_was_taken_back_is_not_retried() {
    let (world, id) = with_dead_letter().await;
    world.recover("neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    world.reset(&link, "new").await.unwrap();
    let outcome = world.outbox_admin().retry(id).await;
    assert!(matches!(outcome, Err(OutboxAdminError::LinkGone)));
}

#[tokio::test]
async fn a_letter_without_a_link_can_be_retried_whenever() {
    let world = World::new();
    let neo = world.register_with_email("neo", "neo@example.org").await;
    let caller = world.caller(&neo.token).await;
    world.prove_email(&caller).await;
    world
        .update(&caller, email_update("new@example.org"))
        .await
        .unwrap();
    let mut notice = None;
    for _ in 0..2 {
        let id = dead_letter(&world).await;
        let shown = world.outbox_admin().show(id).await.unwrap();
        if shown.mail.kind.link().is_none() {
            notice = Some(id);
        }
    }
    world.wait(30 * DAY);
    world.outbox_admin().retry(notice.unwrap()).await.unwrap();
    world.deliver_all().await;
    assert_eq!(world.parts.mailbox.letter().to, "neo@example.org");
}

#[tokio::test]
async fn a_message_that_waits_is_not_retried() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let id = world.outbox_admin().list(10).await.unwrap()[0].mail.id;
    let outcome = world.outbox_admin().retry(id).await;
    assert!(matches!(outcome, Err(OutboxAdminError::NotDead)));
}

#[tokio::test]
async fn a_discarded_letter_is_gone() {
    let (world, id) = with_dead_letter().await;
    world.outbox_admin().discard(id).await.unwrap();
    assert!(world.outbox_admin().list(10).await.unwrap().is_empty());
    let again = world.outbox_admin().discard(id).await;
    assert!(matches!(again, Err(OutboxAdminError::MailUnknown)));
    let shown = world.outbox_admin().show(id).await;
    assert!(matches!(shown, Err(OutboxAdminError::MailUnknown)));
    let retried = world.outbox_admin().retry(id).await;
    assert!(matches!(retried, Err(OutboxAdminError::MailUnknown)));
}
