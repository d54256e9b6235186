//! Each rule, by a short history that breaks it and by one beside it that does not.

use std::time::Duration;

use azuma_checker::history::{
    AcceptedMail, Answer, Bounds, Ending, Event, Link, LinkTimes, MailState, Moment, NextToken,
    Policy, Purpose, QueuedMail, Refusal, RefusedMail, Request, Token, UnwrittenUses,
};
use azuma_checker::{History, Rule, check};

#[path = "rules/accounts.rs"]
mod accounts;
#[path = "rules/links.rs"]
mod links;
#[path = "rules/mail.rs"]
mod mail;
#[path = "rules/sessions.rs"]
mod sessions;

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
fn the_numbers_of_invalidations_have_no_gaps() {
    let history = |invalidations| History {
        invalidations,
        ..History::default()
    };
    assert_broken(Rule::InvalidationsHaveNoGaps, &history(vec![1, 2, 4]));
    assert_kept(&history(vec![5, 6, 7]));
}

#[test]
fn the_newest_invalidation_is_there_and_each_acknowledged_change_has_one() {
    let history = |invalidations, counted| History {
        invalidations,
        invalidations_counted: Some(counted),
        ..after_ada([with_token(
            "s",
            event(2, 3, change_password(), Answer::Done),
        )])
    };
    assert_broken(Rule::InvalidationsHaveNoGaps, &history(vec![1, 2], 3));
    assert_broken(Rule::InvalidationsHaveNoGaps, &history(vec![], 0));
    assert_kept(&history(vec![1, 2, 3], 3));
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
