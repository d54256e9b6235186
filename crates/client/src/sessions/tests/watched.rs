//! What is told of watched sessions.

use tokio::sync::watch;

use super::*;
use crate::sessions::asker::{Found, Live};
use crate::sessions::memory::Told;
use crate::sessions::watches::{Following, State, Watches};

const NOW: Duration = Duration::from_secs(101);

fn live(number: u32) -> Live {
    Live {
        session: session(1, number),
        expires: NOW + DAY,
    }
}

fn said(live: Option<Live>, newness: Newness) -> Found {
    Found { live, newness }
}

/// Sessions 1 and 2 of user 1.
fn two_watched() -> (Watches, [watch::Receiver<State>; 2]) {
    let watches = Watches::default();
    let states = [1, 2].map(|number| watches.begin(&token(number), &live(number), NOW).1);
    (watches, states)
}

fn after(kind: Kind, session: Option<u32>) -> [State; 2] {
    let (watches, states) = two_watched();
    watches.apply(Told::Changes, &[change(kind, 1, session)]);
    watches.tick(Following::UpToDate, NOW);
    states.map(|state| *state.borrow())
}

#[test]
fn a_change_is_told_to_those_it_may_have_ended() {
    use State::{Ended, Live, Unknown};
    assert_eq!(after(Kind::SessionEnded, Some(1)), [Ended, Live]);
    assert_eq!(
        after(Kind::SessionChanged, Some(1)),
        [Live, Live],
        "a new token"
    );
    assert_eq!(after(Kind::UserChanged, None), [Live, Live], "a new name");
    assert_eq!(after(Kind::UserDisabled, None), [Ended, Ended]);
    assert_eq!(after(Kind::UserDeleted, None), [Ended, Ended]);
    assert_eq!(after(Kind::SessionsEnded, None), [Unknown, Unknown]);
    assert_eq!(after(Kind::Changed, None), [Unknown, Unknown]);
}

#[test]
fn another_history_puts_everything_in_doubt() {
    let (watches, states) = two_watched();
    watches.apply(Told::Everything, &[]);
    assert_eq!(states.map(|state| *state.borrow()), [State::Unknown; 2]);
    assert_eq!(watches.to_ask(NOW).len(), 2);
}

#[test]
fn the_server_settles_what_is_in_doubt() {
    let (watches, states) = two_watched();
    watches.apply(Told::Everything, &[]);
    let asked = watches.to_ask(NOW);
    watches.answered(
        &asked[0],
        &said(Some(live(1)), Newness::Enough),
        Following::UpToDate,
        NOW,
    );
    watches.answered(
        &asked[1],
        &said(None, Newness::Enough),
        Following::UpToDate,
        NOW,
    );
    assert_eq!(
        states.map(|state| *state.borrow()),
        [State::Live, State::Ended]
    );
    assert!(watches.to_ask(NOW).is_empty());
}

#[test]
fn an_answer_that_may_be_old_settles_nothing() {
    let (watches, [state, _]) = two_watched();
    watches.apply(Told::Everything, &[]);
    let asked = watches.to_ask(NOW);
    watches.answered(
        &asked[0],
        &said(Some(live(1)), Newness::Unknown),
        Following::UpToDate,
        NOW,
    );
    assert_eq!(*state.borrow(), State::Unknown);
    assert_eq!(watches.to_ask(NOW).len(), 2);
}

#[test]
fn what_is_told_after_the_question_is_still_in_doubt_after_its_answer() {
    let (watches, [state, _]) = two_watched();
    watches.apply(Told::Changes, &[change(Kind::SessionsEnded, 1, None)]);
    let asked = watches.to_ask(NOW);
    watches.apply(Told::Changes, &[change(Kind::SessionsEnded, 1, None)]);
    watches.answered(
        &asked[0],
        &said(Some(live(1)), Newness::Enough),
        Following::UpToDate,
        NOW,
    );
    assert_eq!(*state.borrow(), State::Unknown);
    assert_eq!(watches.to_ask(NOW).len(), 2);
}

#[test]
fn while_the_server_does_not_answer_nothing_is_known_and_nothing_is_kicked() {
    let (watches, [state, _]) = two_watched();
    watches.tick(Following::Lapsed, NOW);
    assert_eq!(*state.borrow(), State::Unknown);
    watches.tick(Following::UpToDate, NOW);
    assert_eq!(*state.borrow(), State::Live);
}

#[test]
fn an_end_is_final() {
    let (watches, [state, _]) = two_watched();
    watches.apply(Told::Changes, &[change(Kind::SessionEnded, 1, Some(1))]);
    watches.apply(Told::Everything, &[]);
    watches.tick(Following::UpToDate, NOW);
    assert_eq!(*state.borrow(), State::Ended);
    assert_eq!(watches.to_ask(NOW).len(), 1, "the other one");
}

#[test]
fn a_token_that_has_expired_as_far_as_is_known_is_asked_for() {
    let (watches, _states) = two_watched();
    watches.tick(Following::UpToDate, NOW + DAY);
    assert_eq!(watches.to_ask(NOW).len(), 2);
}

#[test]
fn a_session_that_got_another_token_lives_on_after_the_end_of_the_watched_one() {
    let (watches, [state, other]) = two_watched();
    watches.apply(Told::Changes, &[change(Kind::SessionChanged, 1, Some(1))]);
    watches.tick(Following::UpToDate, NOW + DAY);
    assert_eq!(
        (*state.borrow(), *other.borrow()),
        (State::Live, State::Unknown)
    );
    assert_eq!(watches.to_ask(NOW + DAY).len(), 1, "the other one");
}

#[test]
fn another_token_that_is_told_when_the_server_answers_again_ends_nothing() {
    let (watches, [state, _]) = two_watched();
    watches.tick(Following::Lapsed, NOW + DAY);
    assert_eq!(*state.borrow(), State::Unknown);
    watches.apply(Told::Changes, &[change(Kind::SessionChanged, 1, Some(1))]);
    watches.tick(Following::UpToDate, NOW + DAY);
    assert_eq!(*state.borrow(), State::Live);
}

#[test]
fn a_session_that_gets_another_token_while_it_is_asked_for_lives_on() {
    let (watches, [state, _]) = two_watched();
    let asked = watches.to_ask(NOW + Duration::from_mins(1));
    watches.apply(Told::Changes, &[change(Kind::SessionChanged, 1, Some(1))]);
    let none = said(None, Newness::Enough);
    watches.answered(&asked[0], &none, Following::UpToDate, NOW);
    assert_eq!(*state.borrow(), State::Live);
    watches.apply(Told::Changes, &[change(Kind::SessionsEnded, 1, None)]);
    watches.answered(&asked[0], &none, Following::UpToDate, NOW);
    assert_eq!(*state.borrow(), State::Ended, "it may have been ended");
}

#[test]
fn who_is_told_nothing_asks_once_a_minute_unless_the_session_got_another_token() {
    let (watches, [state, _]) = two_watched();
    watches.apply(Told::Changes, &[change(Kind::SessionChanged, 1, Some(2))]);
    let almost = NOW + Duration::from_secs(59);
    assert!(watches.to_ask(almost).is_empty());
    let later = NOW + Duration::from_mins(1);
    let asked = watches.to_ask(later);
    assert_eq!(asked.len(), 1);
    assert_eq!(*state.borrow(), State::Live, "nothing speaks against it");
    watches.answered(
        &asked[0],
        &said(Some(live(1)), Newness::Enough),
        Following::UpToDate,
        later,
    );
    assert!(watches.to_ask(later).is_empty());
    watches.answered(
        &asked[0],
        &said(None, Newness::Enough),
        Following::UpToDate,
        later,
    );
    assert_eq!(*state.borrow(), State::Ended);
}
