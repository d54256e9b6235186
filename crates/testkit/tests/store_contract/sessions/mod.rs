//! [`SessionRepository`](azuma_domain::ports::SessionRepository).

pub mod delete_expired;
pub mod end;
pub mod end_all;
pub mod end_anybodys;
pub mod end_least_used;
pub mod find_by_token;
pub mod insert;
pub mod insert_token;
pub mod is_live;
pub mod list;
pub mod promote;
pub mod record_uses;
pub mod record_uses_late;
pub mod thin_out;
pub mod tokens;

use std::sync::Arc;

use super::{look, write};
use azuma_domain::Timestamp;
use azuma_domain::ports::{SessionUse, Store};
use azuma_domain::session::{ListedSession, LiveSession, Session, SessionId, SessionToken};
use azuma_domain::token::{Generation, TokenHash};
use azuma_domain::user::UserId;
use azuma_testkit::sample;

/// The token of this session and generation, where it is live at `now`.
async fn find(
    store: &Arc<dyn Store>,
    session: u32,
    generation: u32,
    now: Timestamp,
) -> Option<LiveSession> {
    find_hash(store, sample::token_hash(session, generation), now).await
}

/// The token with this hash, where it is live at `now`.
async fn find_hash(store: &Arc<dyn Store>, hash: TokenHash, now: Timestamp) -> Option<LiveSession> {
    look(store, move |tx| tx.sessions().find_by_token(&hash, now)).await
}

/// When the token of this session and generation expires; it must be live now.
async fn expiry(store: &Arc<dyn Store>, session: u32, generation: u32) -> Timestamp {
    let found = find(store, session, generation, sample::now()).await;
    found.expect("the token is live").token.expires_at
}

/// Whether the session has a token live at `now`.
async fn is_live(store: &Arc<dyn Store>, session: u32, now: Timestamp) -> bool {
    let id = sample::session_id(session);
    look(store, move |tx| tx.sessions().is_live(id, now)).await
}

/// All the session's tokens.
async fn tokens(store: &Arc<dyn Store>, session: u32) -> Vec<SessionToken> {
    let id = sample::session_id(session);
    look(store, move |tx| tx.sessions().tokens(id)).await
}

/// The user's sessions live at `now`.
async fn list(store: &Arc<dyn Store>, user_id: UserId, now: Timestamp) -> Vec<ListedSession> {
    look(store, move |tx| tx.sessions().list(user_id, now, 100)).await
}

/// The user's session with this id, live now.
async fn listed(store: &Arc<dyn Store>, user_id: UserId, id: SessionId) -> Session {
    let all = list(store, user_id, sample::now()).await;
    let mut sessions = all.into_iter().map(|listed| listed.session);
    sessions
        .find(|session| session.id == id)
        .expect("the session is live")
}

/// The numbers of the sessions, in their order.
fn numbers(listed: &[ListedSession]) -> Vec<u32> {
    let number = |listed: &ListedSession| {
        let found = (0..100).find(|n| sample::session_id(*n) == listed.session.id);
        found.expect("a session of the test")
    };
    listed.iter().map(number).collect()
}

/// Writes uses.
async fn record(store: &Arc<dyn Store>, uses: Vec<SessionUse>) -> Vec<TokenHash> {
    write(store, move |tx| tx.sessions().record_uses(&uses)).await
}

/// A use of the token of this session and generation.
fn a_use(session: u32, generation: u32, used_at: Timestamp, extended_to: Timestamp) -> SessionUse {
    SessionUse {
        hash: sample::token_hash(session, generation),
        used_at,
        extended_to: Some(extended_to),
    }
}

/// A use of the token of this session and generation that extends nothing.
fn a_mere_use(session: u32, generation: u32, used_at: Timestamp) -> SessionUse {
    SessionUse {
        hash: sample::token_hash(session, generation),
        used_at,
        extended_to: None,
    }
}

/// Whether promoting changed anything.
async fn promote(store: &Arc<dyn Store>, session: u32, to: u32, old_expire_at: Timestamp) -> bool {
    let (id, to) = (sample::session_id(session), Generation::new(to));
    write(store, move |tx| {
        tx.sessions().promote(id, to, old_expire_at)
    })
    .await
}

/// Ends a session of the user.
async fn end(store: &Arc<dyn Store>, user_id: UserId, session: u32) -> bool {
    let id = sample::session_id(session);
    write(store, move |tx| tx.sessions().end(user_id, id)).await
}

/// Tests of each behaviour of the port; part of [`store_contract!`](store_contract).
macro_rules! store_contract_of_sessions {
    ($fresh:ident) => {
        store_contract_tests! {
            $fresh; sessions
            delete_expired {
                every_expired_token_goes
                it_answers_how_many
                at_most_the_limit_goes_and_the_rest_the_next_times
                a_token_live_for_a_microsecond_more_stays
                a_session_left_without_a_token_goes
                a_session_keeps_its_live_token
                expired_tokens_of_one_session_count_each
                a_session_cut_off_by_the_limit_goes_in_the_end
                racing_sweeps_count_each_token_once
                a_token_added_while_the_last_one_is_swept_is_live_or_refused
            }
            end {
                none_of_its_tokens_is_found_any_more
                the_users_other_sessions_stay
                another_users_session_answers_false
                another_users_session_stays
                an_unknown_session_answers_false
                the_second_call_answers_false
                of_12_racing_calls_one_answers_true
            }
            end_all {
                all_of_the_users_sessions_end
                all_but_the_one_excepted_end
                it_answers_how_many
                a_session_with_several_tokens_counts_once
                none_is_counted_where_there_is_none
                other_users_keep_their_sessions
                racing_calls_count_each_session_once
            }
            end_anybodys {
                every_users_sessions_end
                a_session_issued_at_the_time_given_or_later_lives_on
                at_most_the_limit_ends_and_the_rest_the_next_times
                racing_calls_count_each_session_once
            }
            end_least_used {
                those_used_last_are_kept
                one_never_used_counts_as_used_when_it_was_issued
                the_last_use_of_any_of_its_tokens_counts
                an_expired_one_ends_before_any_other
                a_session_with_a_live_token_is_live_though_another_has_expired
                no_session_ends_where_there_are_no_more
                at_most_the_limit_ends_and_the_rest_the_next_times
                other_users_keep_their_sessions
                none_of_its_tokens_is_found_any_more
            }
            find_by_token {
                an_unknown_hash_finds_nothing
                a_token_is_found_in_its_last_microsecond
                a_token_that_expires_now_is_not_found
                a_token_finds_its_own_session_and_user
                each_of_a_sessions_tokens_is_found_as_itself
                a_live_token_is_found_though_the_sessions_other_one_has_expired
                the_session_is_found_with_its_current_generation
                a_session_with_one_token_is_found_with_that_as_the_newest
                each_token_is_found_with_the_newest_generation
                the_user_is_found_as_it_is_now
                a_token_of_an_ended_session_is_not_found
                a_hash_that_differs_in_one_bit_finds_nothing
            }
            insert {
                a_session_and_its_token_come_back_as_written
                both_policies_and_both_shapes_come_back_as_written
                ipv4_and_ipv6_addresses_come_back_as_written
                user_agents_come_back_as_written
                a_client_of_whom_nothing_is_known_comes_back_so
                times_come_back_to_the_microsecond
                a_session_can_begin_with_a_later_generation
                a_user_can_have_many_sessions
            }
            insert_token {
                a_further_token_comes_back_as_written
                the_current_generation_stays
                the_earlier_token_stays_as_it_was
                of_24_racing_calls_one_answers_true
                of_24_racing_calls_those_that_answer_false_change_nothing
                a_generation_that_is_there_answers_false
                a_generation_whose_token_has_expired_answers_false
                the_same_generation_of_another_session_answers_true
                an_ended_session_answers_false
                an_ended_session_stays_ended
                after_false_for_an_ended_session_the_transaction_can_commit
                after_false_for_a_taken_generation_the_transaction_can_commit
                racing_with_the_end_of_the_session_no_token_outlives_it
                rolled_back_it_leaves_the_generation_to_the_next_call
            }
            is_live {
                a_session_is_live_while_its_token_is
                a_session_is_not_live_once_its_token_expires
                a_session_is_live_while_only_its_next_token_is
                a_session_is_not_live_because_another_is
                an_unknown_session_is_not_live
                an_ended_session_is_not_live
            }
            list {
                a_session_comes_with_its_token
                a_user_without_sessions_has_none
                the_newest_comes_first
                other_users_sessions_are_left_out
                a_session_is_there_until_its_token_expires
                an_ended_session_is_left_out
                a_session_with_three_live_tokens_comes_once
                the_current_token_stands_for_it_and_neither_the_old_nor_the_next
                the_next_token_stands_for_it_once_the_current_has_expired
                the_current_token_stands_for_it_until_its_last_microsecond
                the_generation_listed_is_the_current_one
                the_last_use_is_the_latest_of_any_of_its_tokens
                the_tokens_own_last_use_is_its_own
                the_limit_cuts_off_the_older_ones
                expired_sessions_do_not_count_against_the_limit
            }
            promote {
                the_next_token_becomes_the_current_one
                the_old_token_expires_when_it_is_told_to
                an_old_token_that_expires_sooner_keeps_its_own_end
                an_old_token_that_has_expired_stays_expired
                the_token_promoted_keeps_its_expiry
                other_sessions_stay_as_they_were
                two_old_tokens_can_be_in_grace_at_once
                a_long_chain_ends_each_old_token_in_its_turn
                the_current_generation_answers_false
                a_generation_before_the_current_one_answers_false
                a_call_that_comes_too_late_shortens_nothing
                an_unknown_session_answers_false
                an_ended_session_answers_false
                of_24_racing_calls_one_answers_true
                of_24_racing_calls_the_one_that_answers_true_sets_the_grace
            }
            record_uses {
                it_answers_the_tokens_that_are_there
                a_use_moves_the_expiry
                a_use_that_extends_nothing_is_noted_and_leaves_the_expiry
                of_a_use_that_extends_and_one_that_does_not_both_count
                a_first_use_is_noted
                a_later_use_is_noted
                an_earlier_expiry_does_not_move_the_expiry_back
                an_earlier_use_does_not_move_the_last_use_back
                an_earlier_use_moves_the_expiry_all_the_same
                a_later_use_with_an_earlier_expiry_is_noted_all_the_same
                each_token_gets_its_own_use
                a_token_without_a_use_stays_as_it_was
                of_two_uses_of_one_token_the_later_of_each_time_counts
                no_uses_change_nothing
                twelve_thousand_uses_can_be_written_at_once
                the_session_stays_as_it_was
                of_24_racing_uses_the_latest_times_stay
                racing_uses_of_the_same_tokens_in_any_order_are_all_written
            }
            record_uses_late {
                uses_of_tokens_that_are_gone_are_passed_over
                a_use_does_not_revive_an_ended_session
                a_use_does_not_revive_a_session_that_all_others_ended_with
                a_use_does_not_revive_the_session_of_a_deleted_user
                a_use_does_not_revive_an_expired_token_that_was_deleted
                a_use_leaves_the_generation
                racing_with_the_end_of_the_session_a_use_never_fails
            }
            thin_out {
                as_many_are_left_as_are_to_be_kept
                the_one_excepted_stays_beside_them
                at_most_the_limit_ends_and_the_rest_the_next_times
                no_session_ends_where_there_are_no_more
                other_users_keep_their_sessions
            }
            tokens {
                they_come_by_generation
                expired_ones_are_among_them
                other_sessions_tokens_are_left_out
                old_current_and_next_ones_are_all_among_them
                an_unknown_session_has_none
                an_ended_session_has_none
            }
        }
    };
}
