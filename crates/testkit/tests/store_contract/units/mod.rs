//! [`Store`] itself: what a unit of work is.

mod atomicity;
mod clock;
mod retries;
mod visibility;

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use azuma_domain::ports::{Store, StoreError, Transaction, Work, WriteWork};
use azuma_testkit::sample;

/// Tells one task that something has happened in the transaction of another.
#[derive(Clone, Default)]
pub(super) struct Signal(Arc<AtomicBool>);

impl Signal {
    /// Says that it happened.
    pub(super) fn raise(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Waits for it, and lets other tasks run meanwhile.
    pub(super) async fn raised(&self) {
        poll_fn(|context| {
            if self.0.load(Ordering::SeqCst) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

/// Runs work that panics. Answers the store's outcome, or `None` if the store panics as well.
async fn run_panicking(store: &Arc<dyn Store>, work: WriteWork) -> Option<Result<(), StoreError>> {
    let Ok(mut run) = catch_unwind(AssertUnwindSafe(|| store.run(Work::Write(work)))) else {
        return None;
    };
    poll_fn(
        move |context| match catch_unwind(AssertUnwindSafe(|| run.as_mut().poll(context))) {
            Ok(polled) => polled.map(Some),
            Err(_) => Poll::Ready(None),
        },
    )
    .await
}

/// Writes an account, a session, a link and a message.
fn write_everything(tx: &mut dyn Transaction) -> Result<(), StoreError> {
    let ada = sample::account(1, "ada");
    let later = sample::now().plus(sample::MINUTE);
    let inserted = tx.users().insert(&ada);
    inserted.expect("nobody holds the name");
    tx.sessions().insert(
        &sample::session(1, ada.user.id),
        &sample::token(1, 0, later),
    )?;
    tx.links().insert(&sample::link(1, ada.user.id, later))?;
    tx.outbox().enqueue(&sample::mail(1, ada.user.id))
}

/// Fails the test if anything is there that [`write_everything`] writes.
async fn expect_nothing(store: &Arc<dyn Store>) {
    let (user, session, link, mail) = super::write(store, |tx| {
        let now = sample::now();
        Ok((
            tx.users().find_by_name(&sample::name("ada"), now)?,
            tx.sessions()
                .find_by_token(&sample::token_hash(1, 0), now)?,
            tx.links().consume(&sample::link_hash(1), now)?,
            tx.outbox().lease(now, now.plus(sample::MINUTE))?,
        ))
    })
    .await;
    assert_eq!(user, None);
    assert_eq!(session, None);
    assert_eq!(link, None);
    assert_eq!(mail, None);
}
