//! [`LinkRepository`](azuma_domain::ports::LinkRepository).

pub mod consume;
pub mod deletion;
pub mod find;

use std::sync::Arc;

use super::write;
use azuma_domain::Timestamp;
use azuma_domain::link::Link;
use azuma_domain::ports::Store;
use azuma_testkit::sample;

/// What consuming the link with this number answers.
async fn consume(store: &Arc<dyn Store>, number: u32, now: Timestamp) -> Option<Link> {
    let hash = sample::link_hash(number);
    write(store, move |tx| tx.links().consume(&hash, now)).await
}

/// Tests of each behaviour of the port; part of [`store_contract!`](store_contract).
macro_rules! store_contract_of_links {
    ($fresh:ident) => {
        store_contract_tests! {
            $fresh; links
            consume {
                a_link_that_verifies_comes_back_as_written
                a_link_that_changes_an_address_comes_back_as_written
                a_link_that_sets_a_password_comes_back_as_written
                a_link_of_a_waiting_account_comes_back_as_written
                the_expiry_comes_back_to_the_microsecond
                an_unknown_hash_takes_nothing
                a_link_is_taken_in_its_last_microsecond
                a_link_that_expires_now_is_not_taken
                a_link_is_taken_once
                other_links_stay
                rolled_back_the_link_is_there_again
                of_24_racing_calls_one_takes_it
                a_link_given_back_goes_to_one_of_those_who_wait
                a_link_and_what_it_does_happen_together
            }
            find {
                a_link_is_found_as_written_and_stays
                a_link_is_found_in_its_last_microsecond
                a_link_that_expires_now_is_not_found
                a_link_that_was_taken_is_not_found
                a_link_is_there_until_it_is_taken
            }
            deletion {
                every_link_of_the_user_goes
                links_of_others_stay
                all_links_that_change_the_users_address_go
                those_that_changed_an_address_are_counted_while_they_worked
                links_that_verify_the_user_stay
                links_that_change_another_users_address_stay
                every_expired_link_goes_and_is_counted
                at_most_the_limit_goes_and_the_rest_the_next_times
                a_link_that_works_for_a_microsecond_more_stays
                expired_links_that_change_an_address_go_too
                racing_sweeps_count_each_link_once
            }
        }
    };
}
