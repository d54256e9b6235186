//! Names, addresses and passwords: they change as if requests came one after the other.
//!
//! Accounts whose names or addresses never met are checked apart.

mod components;
mod state;

use todc_utils::linearizability::WGLChecker;
use todc_utils::linearizability::history::{Action, History as Actions};
use todc_utils::specifications::Specification;

use crate::history::{Effect, Event, History, Moment};
use crate::index::Index;
use crate::{Rule, Violation};
use state::{Accounts, Operation};

pub(crate) fn check(history: &History, index: &Index<'_>) -> Vec<Violation> {
    components::of(history, index)
        .into_iter()
        .filter(|events| !is_linearizable(history, index, events))
        .map(|events| {
            let events = shortest_impossible(history, index, events);
            Violation {
                rule: Rule::AccountsAreLinearizable,
                what: format!(
                    "no order of these {} explains their answers; without the last one there is an order",
                    events.len()
                ),
                events,
            }
        })
        .collect()
}

/// The shortest part of the history that cannot be explained, in the order of the answers.
fn shortest_impossible(history: &History, index: &Index<'_>, events: Vec<usize>) -> Vec<usize> {
    let mut by_answer = events;
    by_answer.sort_by_key(|number| history.events[*number].answered);
    let lengths: Vec<usize> = (1..=by_answer.len()).collect();
    let possible =
        lengths.partition_point(|count| is_linearizable(history, index, &by_answer[..*count]));
    by_answer.truncate(possible + 1);
    by_answer
}

fn is_linearizable(history: &History, index: &Index<'_>, events: &[usize]) -> bool {
    let mut moments: Vec<(Moment, Step, usize)> = Vec::new();
    for number in events {
        let event = &history.events[*number];
        moments.push((event.asked, Step::Call, *number));
        moments.push((end_of(event), Step::Response, *number));
    }
    if moments.is_empty() {
        return true;
    }
    // What is answered at the moment at which something else is asked may have happened after it.
    moments.sort();
    let actions = moments
        .into_iter()
        .map(|(_, step, number)| {
            let event = &history.events[number];
            let operation = Operation {
                number,
                user: index.user(event).map(str::to_owned),
                event: event.clone(),
                skew: history.bounds.clock_skew,
            };
            match step {
                Step::Call => (number, Action::Call(operation)),
                Step::Response => (number, Action::Response(operation)),
            }
        })
        .collect();
    WGLChecker::<AccountsSpecification>::is_linearizable(Actions::from_actions(actions))
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Call,
    Response,
}

/// What nobody knows the outcome of may happen at any later time, or never, which is as good as after everything else.
fn end_of(event: &Event) -> Moment {
    match event.answer.effect() {
        Effect::Unknown => Moment(i64::MAX),
        Effect::Done | Effect::Nothing => event.answered,
    }
}

struct AccountsSpecification;

impl Specification for AccountsSpecification {
    type State = Accounts;
    type Operation = Operation;

    fn init() -> Accounts {
        Accounts::default()
    }

    fn apply(operation: &Operation, state: &Accounts) -> (bool, Accounts) {
        match state.after(operation) {
            Some(after) => (true, after),
            None => (false, state.clone()),
        }
    }
}
