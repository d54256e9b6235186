//! Names and passwords.

use super::*;

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
