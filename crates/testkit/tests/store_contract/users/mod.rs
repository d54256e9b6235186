//! [`UserRepository`](azuma_domain::ports::UserRepository).

pub mod activate;
pub mod delete;
pub mod delete_lapsed;
pub mod find;
pub mod insert;
pub mod insert_races;
pub mod lock;
pub mod prove_email;
pub mod release;
pub mod update;
pub mod update_conflicts;

use std::sync::Arc;

use super::{look, try_write, write};
use azuma_domain::Timestamp;
use azuma_domain::ports::{
    Abort, AddressHolder, Conflict, NewUser, Store, StoreExt, UserChanges, WriteError,
};
use azuma_domain::user::{Credential, User, UserId};
use azuma_testkit::sample;

/// What inserting the account comes to.
async fn insert(store: &Arc<dyn Store>, new: &NewUser) -> Result<(), Conflict> {
    let new = new.clone();
    try_write(store, move |tx| tx.users().insert(&new)).await
}

/// The user with this id.
async fn find(store: &Arc<dyn Store>, id: UserId) -> Option<User> {
    look(store, move |tx| tx.users().find(id)).await
}

/// Who has this name at `now`.
async fn find_by_name(store: &Arc<dyn Store>, name: &str, now: Timestamp) -> Option<Credential> {
    let name = sample::name(name);
    look(store, move |tx| tx.users().find_by_name(&name, now)).await
}

/// Who has this address at `now`, and how.
async fn find_holder(store: &Arc<dyn Store>, email: &str, now: Timestamp) -> Option<AddressHolder> {
    let email = sample::email(email);
    look(store, move |tx| tx.users().find_by_email(&email, now)).await
}

/// Who has this address at `now`.
async fn find_by_email(store: &Arc<dyn Store>, email: &str, now: Timestamp) -> Option<UserId> {
    let holder = find_holder(store, email, now).await;
    holder.map(|holder| holder.user_id)
}

/// What changing the account comes to.
async fn update(
    store: &Arc<dyn Store>,
    id: UserId,
    changes: &UserChanges,
) -> Result<Option<User>, Conflict> {
    let changes = changes.clone();
    try_write(store, move |tx| tx.users().update(id, &changes)).await
}

/// Changes nothing but the name.
fn rename(name: &str) -> UserChanges {
    UserChanges {
        name: Some(sample::name(name)),
        ..UserChanges::default()
    }
}

/// Changes nothing but the address.
fn readdress(email: &str) -> UserChanges {
    UserChanges {
        email: Some(sample::claimed(email)),
        ..UserChanges::default()
    }
}

/// Releases what lapsed accounts hold of these.
async fn release(store: &Arc<dyn Store>, name: Option<&str>, email: Option<&str>, now: Timestamp) {
    let name = name.map(sample::name);
    let email = email.map(sample::email);
    write(store, move |tx| {
        tx.users().release(name.as_ref(), email.as_ref(), now)
    })
    .await;
}

/// Whether the name is free: inserting an account with it works, and is rolled back.
async fn is_free(store: &Arc<dyn Store>, name: &str) -> bool {
    let new = sample::account(999_999, name);
    let done: Result<(), WriteError> = store
        .transact(move |tx| {
            tx.users().insert(&new)?;
            Err(Abort::Refused(WriteError::Conflict(Conflict::Email)))
        })
        .await;
    match done {
        Err(WriteError::Conflict(Conflict::Email)) => true,
        Err(WriteError::Conflict(Conflict::Name)) => false,
        other => panic!("the store answers: {other:?}"),
    }
}

/// Tests of each behaviour of the port; part of [`store_contract!`](store_contract).
macro_rules! store_contract_of_users {
    ($fresh:ident) => {
        store_contract_tests! {
            $fresh; users
            activate {
                a_waiting_account_becomes_a_user
                its_address_is_proved_then
                it_works_in_the_last_microsecond_of_the_wait
                an_account_that_lapses_now_is_refused
                an_account_refused_is_no_user
                the_account_stands_as_active_then
                the_user_never_lapses
                the_second_call_answers_false
                a_user_that_never_waited_answers_false
                an_account_that_is_gone_answers_false
                other_waiting_accounts_keep_waiting
                of_12_racing_calls_one_answers_true
            }
            delete {
                the_user_is_found_no_more
                the_name_is_free
                the_address_is_free
                its_sessions_end
                its_links_work_no_more
                its_mail_is_not_sent
                others_keep_what_is_theirs
                a_waiting_account_can_be_deleted
                an_unknown_id_answers_false
                the_second_call_answers_false
                of_12_racing_calls_one_answers_true
            }
            delete_lapsed {
                every_lapsed_account_goes
                it_answers_how_many
                it_answers_none_where_none_has_lapsed
                at_most_the_limit_goes_and_the_rest_the_next_times
                an_account_that_waits_for_a_microsecond_more_stays
                users_stay
                a_lapsed_account_goes_with_its_link
                the_mail_to_a_lapsed_account_stays
                racing_sweeps_count_each_account_once
            }
            find {
                an_unknown_id_finds_nobody
                an_unknown_name_finds_nobody
                an_unknown_address_finds_nobody
                an_id_finds_its_own_user
                a_name_finds_its_own_user_in_any_case
                an_address_finds_its_own_user_in_any_case
                an_address_is_told_as_its_account_wrote_it
                an_address_tells_whether_its_account_waits
                a_name_finds_a_user_as_active
                an_id_does_not_find_a_waiting_account
                an_id_does_not_find_a_lapsed_account
                a_name_finds_an_account_that_waits_for_a_microsecond_more
                a_name_does_not_find_an_account_that_lapses_now
                an_address_finds_an_account_that_waits_for_a_microsecond_more
                an_address_does_not_find_an_account_that_lapses_now
                the_time_asked_with_decides_not_the_time_it_is
            }
            insert {
                a_new_user_comes_back_as_written
                a_user_without_an_address_icon_and_status_comes_back_without
                an_empty_icon_and_status_come_back_empty
                names_of_every_script_come_back_as_written
                the_longest_values_come_back_as_written
                the_time_of_registration_comes_back_to_the_microsecond
                the_password_hash_comes_back_as_written
                the_end_of_the_wait_comes_back_to_the_microsecond
                a_taken_name_is_refused
                a_taken_name_is_refused_in_another_case
                a_taken_address_is_refused
                a_taken_address_is_refused_in_another_case
                where_one_account_holds_both_the_name_is_refused
                where_two_accounts_hold_them_the_name_is_refused
                users_without_an_address_do_not_conflict
                names_that_only_look_alike_do_not_conflict
                a_waiting_account_holds_its_name
                a_waiting_account_holds_its_address
                a_lapsed_account_holds_its_name_until_it_is_released
                a_lapsed_account_holds_its_address_until_it_is_released
                a_refused_account_is_not_there
                the_holder_stays_as_it_was_after_a_refusal
            }
            insert_races {
                of_24_racing_inserts_of_one_name_one_succeeds
                of_24_racing_inserts_of_one_name_23_are_refused_the_name
                of_racing_inserts_of_one_name_in_many_cases_one_succeeds
                of_24_racing_inserts_of_one_address_one_succeeds
                of_24_racing_inserts_of_one_address_23_are_refused_the_address
                racing_inserts_of_different_names_all_succeed
                an_insert_succeeds_once_the_one_it_waited_for_was_rolled_back
            }
            lock {
                it_answers_the_credential
                it_leaves_the_name_to_be_asked_for
                it_answers_that_an_account_waits
                an_unknown_id_answers_nobody
                the_one_who_waited_sees_the_account_as_the_other_left_it
                no_read_modify_write_under_it_is_lost
                the_account_stays_as_it_is_until_the_transaction_ends
                the_account_stays_until_the_transaction_ends
                a_session_can_be_added_under_it_while_a_deletion_waits
                the_one_who_waited_for_a_deletion_finds_nobody
                it_can_be_taken_twice_in_one_transaction
            }
            prove_email {
                the_address_is_proved_then
                a_waiting_account_has_its_address_proved_too
                the_rest_of_the_user_stays
                an_account_without_an_address_gets_none
                other_users_stay_as_they_were
                an_address_is_told_of_a_waiting_account_too
                no_address_is_told_of_an_account_without_one_and_of_none
            }
            release {
                the_name_of_a_lapsed_account_is_free_after_it
                the_name_is_free_in_another_case_too
                the_address_of_a_lapsed_account_is_free_after_it
                both_holders_go_where_two_lapsed_accounts_hold_them
                name_and_address_can_be_taken_in_the_same_transaction
                an_account_that_waits_for_a_microsecond_more_stays
                a_user_stays
                a_lapsed_account_that_holds_neither_stays
                a_lapsed_account_stays_where_neither_is_asked_for
                a_lapsed_account_without_an_address_stays_where_only_another_name_is_asked_for
                a_lapsed_account_goes_with_its_link
                the_mail_to_a_lapsed_account_stays
                of_24_racing_takeovers_of_a_lapsed_name_one_succeeds
                crossed_takeovers_never_fail_but_by_conflict
                a_name_released_in_vain_is_held_again
                an_address_finds_whoever_took_it_over
            }
            update {
                no_change_leaves_the_user_as_it_was
                a_new_name_changes_the_name_alone
                a_new_address_changes_the_address_alone
                a_first_address_can_be_given
                a_proved_address_comes_back_to_the_microsecond
                a_claimed_address_is_not_proved_though_the_one_before_was
                a_new_password_leaves_the_address_proved
                icon_and_status_can_be_set
                a_cleared_icon_is_gone_and_the_status_stays
                a_cleared_status_is_gone_and_the_icon_stays
                a_new_password_changes_what_the_user_is_as_others_see_it_in_nothing
                a_new_password_is_found_from_then_on
                a_new_name_leaves_the_password
                everything_can_change_at_once
                an_unknown_id_answers_nobody
                an_unknown_id_answers_nobody_where_nothing_changes
                other_users_stay_as_they_were
                the_name_and_the_address_given_up_find_nobody
                the_name_given_up_is_free
                a_new_name_finds_the_user_in_any_case
                a_user_can_write_its_own_name_in_another_case
                a_user_can_write_its_own_address_in_another_case
                a_user_can_keep_its_name_and_address
            }
            update_conflicts {
                a_taken_name_is_refused
                a_taken_address_is_refused
                where_both_are_taken_the_name_is_refused
                a_waiting_account_keeps_its_name
                a_lapsed_account_keeps_its_address_until_it_is_released
                a_name_can_be_taken_once_it_is_released
                a_refused_change_changes_nothing
                of_24_racing_renames_to_one_name_one_succeeds
                of_24_racing_changes_to_one_address_one_succeeds
                of_a_registration_and_a_rename_to_one_name_one_succeeds
                racing_changes_of_one_users_fields_all_happen
            }
        }
    };
}
