//! [`Store`] itself: what a unit of work is.

pub mod atomicity;
pub mod clock;
pub mod retries;
pub mod visibility;

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use crate::ports::{Access, Store, StoreError, Transaction, Work};
use crate::testing::sample;

/// Something that happened inside one transaction, for others to wait for.
#[derive(Clone, Default)]
pub(super) struct Signal(Arc<AtomicBool>);

impl Signal {
    /// Says that it happened.
    pub(super) fn raise(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Waits for it, giving way to whatever runs beside.
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

/// Runs work that panics, and answers what the store does: an error, or `None` where it panics in turn.
async fn run_panicking(store: &Arc<dyn Store>, work: Work) -> Option<Result<(), StoreError>> {
    let Ok(mut run) = catch_unwind(AssertUnwindSafe(|| store.run(Access::Write, work))) else {
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

/// Writes something of every kind.
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

/// Fails the test where anything is there that [`write_everything`] writes.
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

/// Tests of each behaviour of the port; part of [`store_contract!`](crate::store_contract).
#[doc(hidden)]
#[macro_export]
macro_rules! store_contract_of_units {
    ($fresh:ident) => {
        $crate::store_contract_tests! {
            $fresh; units
            atomicity {
                a_refusal_changes_nothing
                a_failure_changes_nothing
                a_failure_is_answered_as_it_came
                a_panic_changes_nothing
                a_panic_is_not_answered_as_done
                panics_use_up_no_connections
                refusals_and_failures_use_up_no_connections
                a_refusal_takes_none_of_those_that_race_with_it
                a_failure_takes_none_of_those_that_race_with_it
                a_unit_of_work_refused_by_a_conflict_changes_nothing
                changes_and_deletions_are_rolled_back_too
                all_of_a_unit_of_work_happens
            }
            clock {
                a_database_with_a_clock_of_its_own_tells_a_time_that_passes
            }
            retries {
                a_transaction_that_lost_is_run_again
                a_read_that_lost_is_run_again
                what_the_run_that_lost_wrote_is_gone_in_the_next
                a_transaction_that_always_loses_is_unavailable
                a_transaction_that_always_loses_changes_nothing
                a_transaction_that_commits_is_run_once
                transactions_that_lock_accounts_in_opposite_order_all_commit
                writes_that_deadlock_all_happen
            }
            visibility {
                a_commit_is_seen_by_every_later_read
                a_commit_is_seen_by_every_later_write
                a_transaction_sees_what_it_wrote
                what_a_transaction_wrote_is_not_seen_before_it_ends
                racing_transactions_that_touch_nothing_in_common_all_commit
            }
        }
    };
}
