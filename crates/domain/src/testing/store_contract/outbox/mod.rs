//! [`OutboxRepository`](crate::ports::OutboxRepository).

pub mod fencing;
pub mod lease;
pub mod lease_races;
pub mod link;
pub mod operate;
pub mod settle;

use std::sync::Arc;

use super::{given, write};
use crate::Timestamp;
use crate::mail::{LeasedMail, MailLease, MailState, OutgoingMail};
use crate::ports::{Store, StoreError, Transaction};
use crate::testing::sample;
use crate::user::UserId;

/// Leases whatever is due.
async fn lease(store: &Arc<dyn Store>, now: Timestamp, until: Timestamp) -> Vec<LeasedMail> {
    write(store, move |tx| lease_all(tx, now, until)).await
}

/// Leases whatever is due, the longest due first, until later than `now`. None of it may be unreadable.
pub(super) fn lease_all(
    tx: &mut dyn Transaction,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<LeasedMail>, StoreError> {
    let mut all = Vec::new();
    while let Some(leased) = tx.outbox().lease(now, until)? {
        all.push(leased.expect("a message that can be read"));
    }
    Ok(all)
}

/// The lease that a message is under, or as good as one where it is under none.
fn lease_of(tx: &mut dyn Transaction, number: u32) -> Result<MailLease, StoreError> {
    let id = sample::mail_id(number);
    let until = match tx.outbox().find(id)?.map(|queued| queued.state) {
        Some(MailState::Due(at) | MailState::Dead(at)) => at,
        None => sample::now(),
    };
    Ok(MailLease { id, until })
}

/// The numbers of the messages due at `now`, leased for a minute.
async fn due(store: &Arc<dyn Store>, now: Timestamp) -> Vec<u32> {
    numbers(&lease(store, now, now.plus(sample::MINUTE)).await)
}

/// The numbers of the messages, in their order.
fn numbers(leased: &[LeasedMail]) -> Vec<u32> {
    let number = |leased: &LeasedMail| {
        let found = (0..100).find(|n| sample::mail_id(*n) == leased.mail.id);
        found.expect("a message of the test")
    };
    leased.iter().map(number).collect()
}

/// A message of user 1, due at `due_at`.
async fn given_mail(store: &Arc<dyn Store>, user_id: UserId, number: u32, due_at: Timestamp) {
    let mail = OutgoingMail {
        created_at: due_at,
        useless_from: due_at.plus(10 * sample::MINUTE),
        ..sample::mail(number, user_id)
    };
    given::mail(store, &mail).await;
}

/// Tests of each behaviour of the port; part of [`store_contract!`](crate::store_contract).
#[doc(hidden)]
#[macro_export]
macro_rules! store_contract_of_outbox {
    ($fresh:ident) => {
        $crate::store_contract_tests! {
            $fresh; outbox
            lease {
                a_message_comes_back_as_written
                every_kind_and_language_comes_back_as_written
                times_come_back_to_the_microsecond
                a_message_to_a_waiting_account_is_leased
                a_message_is_due_at_once
                a_new_message_was_never_tried
                an_empty_outbox_has_nothing_due
                the_longest_due_come_first
                a_message_postponed_stands_in_line_by_its_new_time
                one_message_is_leased_the_longest_due_of_all
                the_rest_is_leased_the_next_time
                a_leased_message_is_not_leased_in_the_last_microsecond_of_its_lease
                a_leased_message_is_leased_again_once_its_lease_ends
                a_lease_rolled_back_leaves_the_message_due
            }
            lease_races {
                no_message_goes_to_two_of_8_racing_leasers
                every_message_goes_to_one_of_8_racing_leasers
                of_8_racing_leases_of_what_was_leased_before_one_gets_it
            }
            link {
                a_message_carries_its_link_as_written
                a_message_carries_a_link_that_changes_an_address_as_written
                each_message_carries_its_own_link
                a_message_carries_no_link_once_that_was_followed
                a_message_carries_no_link_once_that_was_replaced
                a_message_carries_no_link_once_that_was_swept
                a_message_is_leased_again_with_its_link
            }
            fencing {
                a_worker_whose_lease_was_followed_deletes_nothing
                a_worker_whose_lease_was_followed_postpones_nothing
                a_worker_whose_lease_was_followed_buries_nothing
                a_worker_whose_lease_ended_unfollowed_settles_it_all_the_same
                a_worker_does_not_revive_what_another_buried
            }
            operate {
                dead_letters_go_once_they_are_so_old_and_it_answers_how_many
                at_most_the_limit_goes_the_oldest_first
                a_letter_that_was_revived_stays
                messages_are_listed_the_oldest_first_dead_letters_among_them
                no_more_than_the_limit_is_listed
                a_message_is_found_with_all_that_happened_to_it
                a_message_that_is_gone_is_not_found
                a_dead_letter_is_revived_to_be_leased_as_if_never_tried
                a_revived_letter_keeps_why_it_failed
                what_is_no_dead_letter_is_not_revived
                of_8_racing_calls_one_revives
                a_waiting_message_and_a_dead_letter_are_discarded_once
            }
            settle {
                a_deleted_message_is_not_leased_again
                a_postponed_message_is_not_leased_a_microsecond_too_soon
                a_postponed_message_is_leased_when_it_is_due
                a_message_postponed_to_before_its_lease_ends_is_due_then
                each_postponement_is_one_attempt_more
                other_messages_keep_their_attempts
                a_postponed_message_is_otherwise_as_it_was
                a_buried_message_is_never_leased_again
                a_message_buried_before_it_was_leased_is_never_leased
                a_message_postponed_and_then_buried_is_never_leased_again
                long_reasons_are_taken
                a_reason_can_hold_a_nul
                settling_a_message_that_is_gone_is_no_error
            }
        }
    };
}
