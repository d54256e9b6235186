//! Sessions and their tokens.

use super::*;

#[test]
fn a_revoked_session_ends_at_once_here_and_within_the_bound_elsewhere() {
    let history = |node, from| {
        after_ada([
            with_token("s", event(2, 3, Request::LogOut, Answer::Done)),
            on_node(
                node,
                with_token("s", event(from, from + 1, Request::Check, live(1_000))),
            ),
        ])
    };
    assert_broken(Rule::RevokedSessionsEnd, &history(0, 4));
    assert_kept(&history(1, 6));
    assert_broken(Rule::RevokedSessionsEnd, &history(1, 7));
}

#[test]
fn a_token_that_was_refused_stays_refused_also_one_from_before_the_history() {
    let check = |from, answer| with_token("s", event(from, from + 1, Request::Check, answer));
    let history = |from| History {
        events: vec![
            check(2, refused(Refusal::TokenInvalid)),
            on_node(1, check(from, live(1_000))),
        ],
        ..History::default()
    };
    assert_kept(&history(6));
    assert_broken(Rule::RevokedSessionsEnd, &history(7));
}

#[test]
fn a_node_whose_clock_is_behind_may_extend_a_token_that_has_expired_for_another() {
    let check = |from, answer| with_token("s", event(from, from + 1, Request::Check, answer));
    let history = |skew| History {
        bounds: Bounds {
            clock_skew: Duration::from_secs(skew),
            ..Bounds::default()
        },
        events: vec![
            check(2, refused(Refusal::TokenInvalid)),
            on_node(1, check(4, live(1_000))),
            check(20, live(2_000)),
        ],
        ..History::default()
    };
    assert_kept(&history(1));
    assert_broken(Rule::RevokedSessionsEnd, &history(0));
}

#[test]
fn a_login_with_a_password_that_is_being_replaced_leaves_no_session() {
    let mut later = event(9, 9, Request::Check, live(1_000));
    later.token = Some(token("t", "t"));
    let history = after_ada([
        with_token("s", event(2, 4, change_password(), Answer::Done)),
        event(3, 5, log_in("first"), issued("1", "t")),
        later,
    ]);
    assert_broken(Rule::RevokedSessionsEnd, &history);
}

#[test]
fn a_live_session_is_not_refused_until_it_has_expired() {
    let history = |from| {
        let refused = refused(Refusal::TokenInvalid);
        after_ada([with_token(
            "s",
            event(from, from + 1, Request::Check, refused),
        )])
    };
    assert_broken(Rule::LiveSessionsAreAccepted, &history(2));
    assert_broken(Rule::LiveSessionsAreAccepted, &history(998));
    assert_kept(&history(999));
}

#[test]
fn a_crash_may_take_back_what_a_use_told_and_is_not_written_yet() {
    let history = |from| {
        let refused = refused(Refusal::TokenInvalid);
        after_ada([
            with_token("s", event(2, 3, Request::Check, live(5_000))),
            with_token("s", event(from, from + 1, Request::Check, refused)),
        ])
    };
    let unwritten = Bounds::default().unwritten_use.as_secs();
    let unwritten = i64::try_from(unwritten).unwrap();
    let stored = 5_000 - unwritten;
    assert_broken(Rule::LiveSessionsAreAccepted, &history(stored - 2));
    assert_kept(&history(stored - 1));
}

#[test]
fn what_revoked_sessions_before_a_login_does_not_excuse_that_the_new_one_is_refused() {
    let mut later = event(6, 7, Request::Check, refused(Refusal::TokenInvalid));
    later.token = Some(token("t", "t"));
    let history = after_ada([
        with_token("s", event(2, 3, change_password(), Answer::Done)),
        event(4, 5, log_in("second"), issued("1", "t")),
        later,
    ]);
    assert_broken(Rule::LiveSessionsAreAccepted, &history);
}

#[test]
fn a_token_tells_the_user_that_its_session_was_issued_to() {
    let check = |user: &str| {
        let answer = Answer::Live {
            user: user.to_owned(),
            expires_at: Moment(1_000 * SECOND),
        };
        after_ada([with_token("s", event(2, 3, Request::Check, answer))])
    };
    assert_broken(Rule::TokensNameTheirUser, &check("2"));
    assert_kept(&check("1"));
}

#[test]
fn a_token_is_refused_once_the_grace_after_its_successor_is_over() {
    let next = Answer::Next(Some(NextToken {
        token: token("s", "n"),
        expires_at: Moment(2_000 * SECOND),
    }));
    let history = |from| {
        after_ada([
            with_token("s", event(2, 3, Request::Renew, next.clone())),
            with_token("n", event(4, 5, Request::Check, live(2_000))),
            with_token(
                "s",
                event(from, from, Request::Check, refused(Refusal::TokenInvalid)),
            ),
        ])
    };
    assert_broken(Rule::LiveSessionsAreAccepted, &history(63));
    assert_kept(&history(64));
}

#[test]
fn all_who_renew_a_token_get_the_same_next_one() {
    let next = |id| {
        Answer::Next(Some(NextToken {
            token: token("s", id),
            expires_at: Moment(2_000 * SECOND),
        }))
    };
    let history = |second| {
        after_ada([
            with_token("s", event(2, 3, Request::Renew, next("n"))),
            with_token("s", event(2, 3, Request::Renew, next(second))),
        ])
    };
    assert_broken(Rule::NextTokensAgree, &history("m"));
    assert_kept(&history("n"));
}

#[test]
fn a_next_token_that_has_expired_for_a_node_is_replaced() {
    let next = |id, expires_at| {
        Answer::Next(Some(NextToken {
            token: token("s", id),
            expires_at: Moment(expires_at * SECOND),
        }))
    };
    let history = |skew| History {
        bounds: Bounds {
            clock_skew: Duration::from_secs(skew),
            ..Bounds::default()
        },
        ..after_ada([
            with_token("s", event(2, 3, Request::Renew, next("n", 100))),
            with_token("s", event(4, 5, Request::Renew, next("m", 200))),
        ])
    };
    assert_kept(&history(95));
    assert_broken(Rule::NextTokensAgree, &history(94));
}

#[test]
fn a_next_token_whose_grace_is_over_for_a_node_is_passed_over() {
    let next = |id| {
        Answer::Next(Some(NextToken {
            token: token("s", id),
            expires_at: Moment(2_000 * SECOND),
        }))
    };
    let history = |skew| History {
        bounds: Bounds {
            clock_skew: Duration::from_secs(skew),
            ..Bounds::default()
        },
        ..after_ada([
            with_token("s", event(2, 3, Request::Renew, next("n"))),
            with_token("n", event(4, 5, Request::Renew, next("m"))),
            with_token("m", event(6, 7, Request::Check, live(2_000))),
            with_token("s", event(8, 9, Request::Renew, next("m"))),
        ])
    };
    assert_kept(&history(57));
    assert_broken(Rule::NextTokensAgree, &history(56));
}

#[test]
fn an_expiry_does_not_move_back() {
    let history = |second| {
        after_ada([
            with_token("s", event(2, 3, Request::Check, live(2_000))),
            with_token("s", event(4, 5, Request::Check, live(second))),
        ])
    };
    assert_broken(Rule::ExpiriesMoveForward, &history(1_999));
    assert_kept(&history(2_000));
}

/// Ada's session `s`, another one opened later, and one request with each.
fn of_two_sessions(per_user: u32, first: Answer, second: Answer) -> History {
    let mut later = event(9, 9, Request::Check, second);
    later.token = Some(token("t", "t"));
    let mut history = after_ada([
        event(3, 4, log_in("first"), issued("1", "t")),
        with_token("s", event(8, 8, Request::Check, first)),
        later,
    ]);
    history.bounds.per_user = Some(per_user);
    history
}

#[test]
fn a_user_has_no_more_sessions_than_allowed() {
    assert_broken(
        Rule::RevokedSessionsEnd,
        &of_two_sessions(1, live(1_000), live(1_000)),
    );
    assert_kept(&of_two_sessions(2, live(1_000), live(1_000)));
}

#[test]
fn a_login_revokes_the_least_used_session_beyond_those_that_a_user_may_have_and_no_other() {
    let gone = || refused(Refusal::TokenInvalid);
    assert_kept(&of_two_sessions(1, gone(), live(1_000)));
    let newest = of_two_sessions(1, gone(), gone());
    assert_broken(Rule::LiveSessionsAreAccepted, &newest);
    let of_two = of_two_sessions(2, gone(), live(1_000));
    assert_broken(Rule::LiveSessionsAreAccepted, &of_two);
}

#[test]
fn a_node_that_stops_in_order_takes_nothing_back_that_a_use_told() {
    let history = |endings: &[(i64, UnwrittenUses)]| {
        let mut history = after_ada([
            with_token("s", event(2, 3, Request::Check, live(5_000))),
            with_token(
                "s",
                event(4_970, 4_971, Request::Check, refused(Refusal::TokenInvalid)),
            ),
        ]);
        let endings = endings.iter().map(|(at, uses)| Ending {
            node: Some(0),
            at: Moment(at * SECOND),
            uses: *uses,
        });
        history.endings = endings.collect();
        history
    };
    let (lost, written) = (UnwrittenUses::Lost, UnwrittenUses::Written);
    assert_broken(Rule::LiveSessionsAreAccepted, &history(&[(4, written)]));
    assert_kept(&history(&[(4, lost), (5, written)]));
    assert_kept(&history(&[(1, written)]));
}
