//! [`InvalidationRepository`](azuma_domain::ports::InvalidationRepository).

pub mod causes;
pub mod order;
pub mod prune;

use std::sync::Arc;

use super::look;
use azuma_domain::ports::{HistoryEnd, Invalidation, InvalidationNumber, Store};
use azuma_domain::user::UserId;

/// The number this plain.
fn number(number: u64) -> InvalidationNumber {
    InvalidationNumber::new(number)
}

/// The last one.
async fn last(store: &Arc<dyn Store>) -> HistoryEnd {
    look(store, |tx| tx.invalidations().last()).await
}

/// All that are kept from this number on.
async fn from(store: &Arc<dyn Store>, number: InvalidationNumber) -> Vec<Invalidation> {
    look(store, move |tx| tx.invalidations().from(number, 1_000)).await
}

/// Whose they are, in their order.
fn users(invalidations: &[Invalidation]) -> Vec<UserId> {
    invalidations.iter().map(|one| one.user_id).collect()
}

/// Whose invalidations there are, in their order.
async fn invalidated(store: &Arc<dyn Store>) -> Vec<UserId> {
    users(&from(store, InvalidationNumber::default()).await)
}

/// Tests of each behaviour of the port; part of [`store_contract!`](store_contract).
macro_rules! store_contract_of_invalidations {
    ($fresh:ident) => {
        store_contract_tests! {
            $fresh; invalidations
            causes {
                a_new_account_and_a_new_session_cause_none
                uses_cause_none
                ending_a_session_causes_one
                ending_a_session_that_is_not_there_causes_none
                ending_all_sessions_causes_one
                ending_all_of_none_causes_none
                ending_the_sessions_used_least_causes_one
                ending_the_sessions_used_least_of_few_causes_none
                thinning_out_sessions_causes_one
                thinning_out_few_sessions_causes_none
                ending_anybodys_sessions_causes_one_for_each_user
                changing_a_user_causes_one
                changing_nothing_of_a_user_causes_none
                proving_an_address_causes_one
                deleting_a_user_causes_one
                deleting_an_unknown_user_causes_none
                promoting_a_session_causes_one
                promoting_in_vain_causes_none
                a_further_token_causes_one
                a_further_token_refused_causes_none
                several_changes_to_one_user_cause_one
                changes_to_two_users_cause_one_each
                what_is_rolled_back_causes_none
                sweeping_causes_none
            }
            order {
                numbers_begin_at_one_and_leave_no_gap
                the_last_number_is_that_of_the_last_commit
                the_last_has_the_mark_of_its_own
                that_of_a_number_and_those_after_it_are_answered_in_order
                the_limit_cuts_off_the_later_ones
                there_is_none_from_a_number_beyond_the_last
                each_has_a_mark_of_its_own_and_keeps_it
                of_24_racing_commits_each_has_its_own_number
                whoever_sees_a_number_sees_all_before_it
                a_transaction_rolled_back_leaves_no_gap
            }
            prune {
                the_last_ones_are_kept
                it_answers_how_many
                at_most_the_limit_goes_and_the_rest_the_next_times
                the_last_number_stays_though_its_row_and_its_mark_are_gone
                keeping_more_than_there_are_keeps_all
            }
        }
    };
}
