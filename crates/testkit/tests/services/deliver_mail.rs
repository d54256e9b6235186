//! Sending the messages of the outbox.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use azuma_domain::Timestamp;
use azuma_domain::mail::{Language, MailState, OutgoingMail};
use azuma_domain::ports::{Accepted, BoxFuture, Mailer, SendError};
use azuma_domain::token::Token;
use azuma_testkit::sample::{MICROSECOND, MINUTE, SECOND};

use crate::world::World;

/// Fails with `error` as long as failures are left; then it sends.
struct Failing {
    mailer: Arc<dyn Mailer>,
    failures_left: AtomicUsize,
    error: fn() -> SendError,
}

impl Mailer for Failing {
    fn send(
        &self,
        mail: OutgoingMail,
        token: Option<Token>,
    ) -> BoxFuture<'_, Result<Accepted, SendError>> {
        let less = |left: usize| left.checked_sub(1);
        let order = Ordering::SeqCst;
        match self.failures_left.fetch_update(order, order, less) {
            Ok(_) => Box::pin(async { Err((self.error)()) }),
            Err(_) => self.mailer.send(mail, token),
        }
    }

    fn discard(&self, _until: Timestamp) -> BoxFuture<'_, std::io::Result<usize>> {
        Box::pin(async { Ok(0) })
    }

    fn timeout(&self) -> Duration {
        self.mailer.timeout()
    }
}

/// An instance with a message that is due, and a mailer that fails so many times.
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
    world.follow(&world.parts.mailbox.token()).await.unwrap();
}

/// When the only message is due again.
async fn due_at(world: &World) -> Timestamp {
    let listed = world.outbox_admin().list(10).await.unwrap();
    match listed[0].state {
        MailState::Due(at) => at,
        MailState::Dead(at) => panic!("dead since {at}"),
    }
}

#[tokio::test]
async fn the_waits_between_attempts_double_up_to_half_a_minute_and_vary_by_half() {
    let world = failing(9, for_now).await;
    for longest in [1, 2, 4, 8, 16, 28, 28, 28, 28] {
        assert!(world.attempts_to_deliver().await);
        let wait = world.now().until(due_at(&world).await);
        let longest = longest * SECOND;
        assert!(
            wait >= longest / 2 && wait <= longest,
            "{wait:?} of {longest:?}"
        );
        world.wait(wait - MICROSECOND);
        assert!(!world.attempts_to_deliver().await, "before {wait:?}");
        world.wait(MICROSECOND);
    }
    world.deliver_all().await;
    world.parts.mailbox.letter();
}

#[tokio::test]
async fn messages_that_failed_together_are_not_tried_together_again() {
    let world = failing(20, for_now).await;
    for number in 1..20 {
        let (name, email) = (format!("neo{number}"), format!("neo{number}@example.org"));
        world.request_account(&name, &email).await;
    }
    assert_eq!(world.deliver_all().await, 20);
    let listed = world.outbox_admin().list(100).await.unwrap();
    let mut due: Vec<_> = listed
        .iter()
        .map(|queued| format!("{:?}", queued.state))
        .collect();
    due.sort();
    due.dedup();
    assert_eq!(due.len(), 20);
}

#[tokio::test]
async fn what_the_mail_server_said_last_is_kept_with_the_dead_letter() {
    let world = failing(usize::MAX, for_now).await;
    for _ in 0..60 {
        world.deliver_all().await;
        world.wait(15 * SECOND);
    }
    let listed = world.outbox_admin().list(10).await.unwrap();
    assert!(matches!(listed[0].state, MailState::Dead(_)), "{listed:?}");
    let failure = listed[0].last_failure.as_deref().unwrap();
    assert!(failure.contains("451 4.3.0 later"), "{failure}");
}

#[tokio::test]
async fn a_message_is_tried_until_its_link_expires() {
    let world = failing(usize::MAX, for_now).await;
    let end = world.now().plus(10 * MINUTE);
    let mut last = world.now();
    while world.now() < end {
        if world.attempts_to_deliver().await {
            last = world.now();
        }
        world.wait(SECOND);
    }
    assert!(last.until(end) <= 30 * SECOND, "last tried {last}");
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
async fn a_worker_that_comes_too_late_settles_nothing() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let leased = world.mailing.lease_mail().await.unwrap().unwrap().unwrap();
    let slow = leased.lease;
    let sent = world.mailing.send_mail(Ok(leased)).await;
    world.wait(5 * MINUTE);
    assert!(!world.mailing.holds(slow));
    let other = world.mailing.lease_mail().await.unwrap().unwrap().unwrap();
    world.mailing.settle_mail(slow, &sent).await.unwrap();
    assert_eq!(world.outbox_admin().list(10).await.unwrap().len(), 1);
    world.deliver(Ok(other)).await;
    assert_eq!(world.outbox_admin().list(10).await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_worker_whose_lease_is_about_to_end_sends_nothing() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let leased = world.mailing.lease_mail().await.unwrap().unwrap().unwrap();
    let lease = world.now().until(leased.lease.until);
    world.wait(lease - world.parts.mailer.timeout() + MICROSECOND);
    world.deliver(Ok(leased)).await;
    assert!(world.parts.mailbox.letters().is_empty());
    world.deliver_all().await;
    world.parts.mailbox.letter();
}

#[tokio::test]
async fn a_message_is_leased_for_longer_than_the_mailer_takes() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let leased = world.mailing.lease_mail().await.unwrap().unwrap().unwrap();
    let lease = world.now().until(leased.lease.until);
    assert!(lease > world.parts.mailer.timeout());
}
