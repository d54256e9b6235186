//! Each rule, by a short history that breaks it and by one beside it that does not.

use std::time::Duration;

use azuma_checker::history::{
    AcceptedMail, Answer, Bounds, Ending, Event, Link, MailState, Moment, NextToken, Policy,
    Purpose, QueuedMail, Refusal, RefusedMail, Request, Token, UnwrittenUses,
};
use azuma_checker::{History, Rule, check};

const SECOND: i64 = 1_000_000;

fn token(session: &str, id: &str) -> Token {
    Token {
        session: session.to_owned(),
        id: id.to_owned(),
    }
}

/// What was asked and answered from one second to another, on node 0.
fn event(from: i64, to: i64, request: Request, answer: Answer) -> Event {
    Event {
        client: 0,
        node: 0,
        asked: Moment(from * SECOND),
        answered: Moment(to * SECOND),
        token: None,
        request,
        answer,
    }
}

fn with_token(held: &str, event: Event) -> Event {
    Event {
        token: Some(token("s", held)),
        ..event
    }
}

fn on_node(node: u32, event: Event) -> Event {
    Event { node, ..event }
}

fn register(name: &str) -> Request {
    Request::Register {
        name: name.to_owned(),
        email: None,
        password: "first".to_owned(),
        policy: Policy::Sliding,
    }
}

fn log_in(password: &str) -> Request {
    Request::LogIn {
        name: "ada".to_owned(),
        password: password.to_owned(),
        policy: Policy::Sliding,
    }
}

fn change_password() -> Request {
    Request::ChangePassword {
        password: "second".to_owned(),
    }
}

fn issued(user: &str, session: &str) -> Answer {
    Answer::Issued {
        user: user.to_owned(),
        token: token(session, session),
        expires_at: Moment(1_000 * SECOND),
    }
}

fn live(expires_at: i64) -> Answer {
    Answer::Live {
        user: "1".to_owned(),
        expires_at: Moment(expires_at * SECOND),
    }
}

fn refused(why: Refusal) -> Answer {
    Answer::Refused(why)
}

/// Ada, who is user 1, registers; then this happens.
fn after_ada(events: impl IntoIterator<Item = Event>) -> History {
    let ada = event(0, 1, register("ada"), issued("1", "s"));
    History {
        events: std::iter::once(ada).chain(events).collect(),
        ..History::default()
    }
}

fn broken(history: &History) -> Vec<Rule> {
    check(history)
        .into_iter()
        .map(|violation| violation.rule)
        .collect()
}

#[track_caller]
fn assert_broken(rule: Rule, history: &History) {
    assert_eq!(broken(history), [rule]);
}

#[track_caller]
fn assert_kept(history: &History) {
    assert_eq!(broken(history), []);
}

#[test]
fn a_name_has_one_owner() {
    let again = |answer| after_ada([event(2, 3, register("ada"), answer)]);
    assert_broken(Rule::AccountsAreLinearizable, &again(issued("2", "t")));
    assert_kept(&again(refused(Refusal::NameTaken)));
}

#[test]
fn of_two_who_race_for_a_name_either_may_have_it() {
    let first = event(0, 5, register("ada"), refused(Refusal::NameTaken));
    let second = event(1, 4, register("ada"), issued("1", "s"));
    assert_kept(&History {
        events: vec![first, second],
        ..History::default()
    });
}

#[test]
fn a_name_that_nobody_has_is_not_taken() {
    let history = History {
        events: vec![event(0, 1, register("ada"), refused(Refusal::NameTaken))],
        ..History::default()
    };
    assert_broken(Rule::AccountsAreLinearizable, &history);
}

#[test]
fn what_nobody_knows_the_outcome_of_may_have_happened_or_not() {
    for (password, answer) in [
        ("second", issued("1", "t")),
        ("second", refused(Refusal::WrongCredentials)),
    ] {
        assert_kept(&after_ada([
            with_token("s", event(2, 3, change_password(), Answer::Unknown)),
            event(4, 5, log_in(password), answer),
        ]));
    }
}

#[test]
fn a_changed_password_stays_changed() {
    let history = |answer| {
        after_ada([
            with_token("s", event(2, 3, change_password(), Answer::Done)),
            event(4, 5, log_in("first"), answer),
        ])
    };
    assert_broken(Rule::AccountsAreLinearizable, &history(issued("1", "t")));
    assert_kept(&history(refused(Refusal::WrongCredentials)));
}

#[test]
fn a_link_works_once() {
    let link = Link {
        id: "l".to_owned(),
        user: "1".to_owned(),
        mailed_to: "ada@example.org".to_owned(),
        purpose: Purpose::ResetPassword,
    };
    let reset = |from, answer| {
        let request = Request::Reset {
            link: link.clone(),
            password: "third".to_owned(),
        };
        event(from, from + 1, request, answer)
    };
    let done = || Answer::Reset {
        user: "1".to_owned(),
    };
    let twice = after_ada([reset(2, done()), reset(4, done())]);
    assert_broken(Rule::AccountsAreLinearizable, &twice);
    let once = after_ada([reset(2, done()), reset(4, refused(Refusal::LinkUnknown))]);
    assert_kept(&once);
}

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
fn once_nothing_is_broken_every_request_is_answered() {
    let history = |asked| History {
        mended: Some(Moment(5 * SECOND)),
        ..after_ada([with_token(
            "s",
            event(asked, asked + 1, Request::Check, Answer::Unknown),
        )])
    };
    assert_broken(Rule::NodesRecover, &history(5));
    assert_kept(&history(4));
}

#[test]
fn a_link_does_what_it_was_mailed_for() {
    let link = Link {
        id: "l".to_owned(),
        user: "1".to_owned(),
        mailed_to: "ada@example.org".to_owned(),
        purpose: Purpose::ChangeEmail,
    };
    let request = Request::Reset {
        link,
        password: "third".to_owned(),
    };
    let answer = Answer::Reset {
        user: "1".to_owned(),
    };
    let history = after_ada([event(2, 3, request, answer)]);
    assert_broken(Rule::AccountsAreLinearizable, &history);
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

#[test]
fn a_message_is_not_sent_again_once_that_is_stored() {
    let mail = |at, settled: Option<i64>| AcceptedMail {
        id: "m".to_owned(),
        to: "ada@example.org".to_owned(),
        at: Moment(at),
        settled: settled.map(Moment),
    };
    let sent = |first| History {
        mail: vec![first, mail(5, Some(6))],
        ..History::default()
    };
    assert_broken(Rule::MailIsSentOnce, &sent(mail(1, Some(2))));
    // Two had a lease on it at once.
    assert_broken(Rule::MailIsSentOnce, &sent(mail(1, Some(9))));
    assert_kept(&sent(mail(1, None)));
}

#[test]
fn a_message_does_not_stay_in_the_outbox_and_none_is_forgotten() {
    let queued = |state| QueuedMail {
        id: "m".to_owned(),
        to: "ada@example.org".to_owned(),
        created_at: None,
        state,
    };
    let request = Request::RequestAccount {
        name: "ada".to_owned(),
        email: "ada@example.org".to_owned(),
        password: "first".to_owned(),
        waits: Duration::from_mins(10),
    };
    let history = |outbox| History {
        events: vec![event(0, 1, request.clone(), Answer::Done)],
        outbox,
        ..History::default()
    };
    assert_broken(Rule::MailIsSentOnce, &history(vec![]));
    assert_broken(
        Rule::MailIsSentOnce,
        &history(vec![queued(MailState::Queued)]),
    );
    assert_kept(&history(vec![queued(MailState::DeadLetter)]));
}

#[test]
fn a_message_that_is_refused_for_good_is_a_dead_letter_from_then_on() {
    let refused = |at, settled: Option<i64>| RefusedMail {
        id: "m".to_owned(),
        user: None,
        at: Moment(at),
        settled: settled.map(Moment),
    };
    let dead = QueuedMail {
        id: "m".to_owned(),
        to: "ada@example.org".to_owned(),
        created_at: None,
        state: MailState::DeadLetter,
    };
    let history = |refused_mail, outbox| History {
        refused_mail,
        outbox,
        ..History::default()
    };
    let lost = history(vec![refused(1, Some(2))], vec![]);
    assert_broken(Rule::MailIsSentOnce, &lost);
    let again = history(
        vec![refused(1, Some(2)), refused(5, Some(6))],
        vec![dead.clone()],
    );
    assert_broken(Rule::MailIsSentOnce, &again);
    let twice = history(vec![refused(1, None), refused(5, Some(6))], vec![dead]);
    assert_kept(&twice);
}

#[test]
fn the_numbers_of_invalidations_have_no_gaps() {
    let history = |invalidations| History {
        invalidations,
        ..History::default()
    };
    assert_broken(Rule::InvalidationsHaveNoGaps, &history(vec![1, 2, 4]));
    assert_kept(&history(vec![5, 6, 7]));
}

#[test]
fn an_answer_that_tells_of_a_defect_is_one() {
    let failed = Answer::Failed("a row cannot be read".to_owned());
    let history = after_ada([event(2, 3, log_in("first"), failed)]);
    assert_broken(Rule::NothingFails, &history);
}

/// Histories are kept, and later checkers check them again.
#[test]
fn a_history_is_the_same_after_it_was_kept() {
    let history = after_ada([with_token(
        "s",
        event(2, 3, Request::Check, refused(Refusal::TokenInvalid)),
    )]);
    let kept: History = serde_json::from_str(&serde_json::to_string(&history).unwrap()).unwrap();
    assert_eq!(kept.events, history.events);
    assert_broken(Rule::LiveSessionsAreAccepted, &kept);
}
