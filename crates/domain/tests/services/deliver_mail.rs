//! Sending what the outbox holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use azuma_domain::mail::{Language, ReadyMail};
use azuma_domain::ports::{BoxFuture, Mailer, SendError, StoreError, StoreExt};
use azuma_domain::testing::all;
use azuma_domain::testing::sample::{MICROSECOND, MINUTE};

use crate::world::World;

const SECOND: Duration = Duration::from_secs(1);

/// Fails, temporarily or for good, so many times, and sends then.
struct Failing {
    mailer: Arc<dyn Mailer>,
    failures_left: AtomicUsize,
    error: fn() -> SendError,
}

impl Mailer for Failing {
    fn send(&self, mail: ReadyMail) -> BoxFuture<'_, Result<(), SendError>> {
        let less = |left: usize| left.checked_sub(1);
        let order = Ordering::SeqCst;
        match self.failures_left.fetch_update(order, order, less) {
            Ok(_) => Box::pin(async { Err((self.error)()) }),
            Err(_) => self.mailer.send(mail),
        }
    }
}

/// An instance with a message due and a mailer that fails so many times.
async fn failing(failures: usize, error: fn() -> SendError) -> World {
    let world = World::new().restarted(|parts| {
        parts.mailer = Arc::new(Failing {
            mailer: Arc::clone(&parts.mailer),
            failures_left: AtomicUsize::new(failures),
            error,
        });
    });
    world.request_account("neo", "neo@example.org").await;
    world
}

fn for_now() -> SendError {
    SendError::Transient("451 4.3.0 later".to_owned())
}

fn for_good() -> SendError {
    SendError::Permanent("550 5.1.1 nobody".to_owned())
}

#[tokio::test]
async fn a_message_is_sent_once() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    assert!(world.attempts_to_deliver().await);
    assert!(!world.attempts_to_deliver().await);
    world.wait(60 * MINUTE);
    assert!(!world.attempts_to_deliver().await);
    assert_eq!(world.parts.mailbox.letter().to, "neo@example.org");
}

#[tokio::test]
async fn sixteen_workers_send_a_message_once() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let attempts = all((0..16).map(|_| world.attempts_to_deliver())).await;
    assert_eq!(attempts.iter().filter(|attempted| **attempted).count(), 1);
}

#[tokio::test]
async fn a_message_is_in_the_language_asked_for() {
    let world = World::new();
    let asked = world.try_request_account("neo", "neo@example.org", Language::German);
    asked.await.unwrap();
    world.deliver_all().await;
    let letter = world.parts.mailbox.letter();
    assert_eq!(
        letter.subject,
        "Bestätige deine E-Mail-Adresse für azumaneo"
    );
}

#[tokio::test]
async fn an_expired_message_is_not_sent() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    world.wait(10 * MINUTE);
    assert!(world.attempts_to_deliver().await);
    assert!(!world.attempts_to_deliver().await);
    assert!(world.parts.mailbox.letters().is_empty());
}

#[tokio::test]
async fn a_message_is_sent_to_the_last_microsecond_of_its_link() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    world.wait(10 * MINUTE - MICROSECOND);
    world.deliver_all().await;
    world
        .follow(&world.parts.mailbox.letter().token)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_message_that_cannot_be_sent_now_is_sent_later() {
    let world = failing(1, for_now).await;
    assert!(world.attempts_to_deliver().await);
    assert!(!world.attempts_to_deliver().await);
    world.wait(SECOND);
    assert!(world.attempts_to_deliver().await);
    world
        .follow(&world.parts.mailbox.letter().token)
        .await
        .unwrap();
}

#[tokio::test]
async fn the_waits_between_attempts_double_up_to_half_a_minute() {
    let world = failing(8, for_now).await;
    for seconds in [1, 2, 4, 8, 16, 30, 30, 30] {
        assert!(world.attempts_to_deliver().await);
        world.wait(seconds * SECOND - MICROSECOND);
        assert!(!world.attempts_to_deliver().await, "before {seconds} s");
        world.wait(MICROSECOND);
    }
    world.deliver_all().await;
    world.parts.mailbox.letter();
}

#[tokio::test]
async fn a_message_that_never_goes_out_is_given_up_when_its_link_expires() {
    let world = failing(usize::MAX, for_now).await;
    for _ in 0..30 {
        world.deliver_all().await;
        world.wait(30 * SECOND);
    }
    assert_eq!(world.deliver_all().await, 0);
}

#[tokio::test]
async fn a_message_refused_for_good_is_not_tried_again() {
    let world = failing(1, for_good).await;
    assert!(world.attempts_to_deliver().await);
    world.wait(9 * MINUTE);
    assert!(!world.attempts_to_deliver().await);
    assert!(world.parts.mailbox.letters().is_empty());
}

#[tokio::test]
async fn a_message_that_fails_holds_up_no_other() {
    let world = failing(1, for_now).await;
    world.wait(MICROSECOND);
    world.request_account("smith", "smith@example.org").await;
    world.deliver_all().await;
    assert_eq!(world.parts.mailbox.letter().to, "smith@example.org");
}

#[tokio::test]
async fn a_message_whose_worker_died_is_sent_by_another_after_two_minutes() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let (now, until) = (world.now(), world.now().plus(2 * MINUTE));
    let store = &world.parts.store;
    let leased = store.transact(move |tx| Ok(tx.outbox().lease(now, until, 1)?));
    let leased: Result<_, StoreError> = leased.await;
    assert_eq!(leased.unwrap().len(), 1);
    world.wait(2 * MINUTE - MICROSECOND);
    assert!(!world.attempts_to_deliver().await);
    world.wait(MICROSECOND);
    assert!(world.attempts_to_deliver().await);
    world.parts.mailbox.letter();
}

#[tokio::test]
async fn a_message_nobody_sent_in_time_is_kept_though_its_account_lapsed() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    world.wait(10 * MINUTE);
    world.services.sweep().await.unwrap();
    // It is still there to be made a dead letter of.
    assert!(world.attempts_to_deliver().await);
    assert!(world.parts.mailbox.letters().is_empty());
}
