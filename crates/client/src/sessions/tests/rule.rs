//! When memory answers.

use super::*;

const NOW: Duration = Duration::from_secs(101);

#[test]
fn memory_answers_until_three_seconds_after_the_last_answered_poll_was_sent() {
    let memory = memory();
    remember(&memory, 1, 1, 1);
    assert!(says_yes(
        &memory,
        1,
        103 * SECOND - Duration::from_micros(1)
    ));
    assert!(!says_yes(&memory, 1, 103 * SECOND));
    follow(&memory, &changes(1, Vec::new()), 110 * SECOND);
    assert!(says_yes(&memory, 1, 112 * SECOND));
}

#[test]
fn memory_does_not_answer_before_the_watches_can_be_told_what_a_poll_told() {
    let memory = memory();
    remember(&memory, 1, 1, 1);
    let answer = changes(2, vec![change(Kind::SessionEnded, 1, Some(2))]);
    memory.apply(&answer);
    assert!(!memory.is_valid(103 * SECOND));
    memory.extend(&answer, 110 * SECOND);
    assert!(says_yes(&memory, 1, 112 * SECOND));
}

#[test]
fn before_the_first_poll_nothing_is_kept() {
    let memory = Memory::with_room_for(100);
    assert_eq!(remember(&memory, 1, 1, 1), Newness::Unknown);
    follow(&memory, &changes(1, Vec::new()), 100 * SECOND);
    assert!(!says_yes(&memory, 1, NOW));
}

#[test]
fn an_ended_session_is_forgotten_and_others_of_its_user_are_not() {
    let memory = memory();
    remember(&memory, 1, 1, 1);
    remember(&memory, 1, 2, 1);
    follow(
        &memory,
        &changes(2, vec![change(Kind::SessionEnded, 1, Some(1))]),
        100 * SECOND,
    );
    assert!(!says_yes(&memory, 1, NOW));
    assert!(says_yes(&memory, 2, NOW));
}

#[test]
fn any_other_change_forgets_all_sessions_of_its_user() {
    for kind in [
        Kind::SessionsEnded,
        Kind::UserChanged,
        Kind::UserDisabled,
        Kind::UserDeleted,
        Kind::Changed,
    ] {
        let memory = memory();
        remember(&memory, 1, 1, 1);
        remember(&memory, 1, 2, 1);
        remember(&memory, 2, 3, 1);
        follow(
            &memory,
            &changes(2, vec![change(kind, 1, None)]),
            100 * SECOND,
        );
        let live = [1, 2, 3].map(|number| says_yes(&memory, number, NOW));
        assert_eq!(live, [false, false, true], "{kind:?}");
        assert_eq!(memory.indexed(), 1);
    }
}

#[test]
fn an_answer_of_a_node_that_is_behind_is_not_kept() {
    let memory = memory();
    follow(&memory, &changes(5, Vec::new()), 100 * SECOND);
    assert_eq!(remember(&memory, 1, 1, 4), Newness::Unknown);
    assert!(!says_yes(&memory, 1, NOW));
    assert_eq!(remember(&memory, 1, 1, 5), Newness::Enough);
    assert!(says_yes(&memory, 1, NOW));
}

#[test]
fn an_answer_from_before_a_change_that_came_first_is_not_kept() {
    let memory = memory();
    let asked_in = memory.history();
    follow(
        &memory,
        &changes(2, vec![change(Kind::SessionEnded, 1, Some(1))]),
        100 * SECOND,
    );
    let newness = memory.remember(asked_in, &at(1), &token(1), &session(1, 1), NOW + DAY, NOW);
    assert_eq!(newness, Newness::Unknown);
    assert!(!says_yes(&memory, 1, NOW));
}

#[test]
fn another_history_forgets_everything_and_what_was_asked_in_the_old_one_is_not_kept() {
    let start_over = Changes {
        start_over: true,
        ..changes(1, Vec::new())
    };
    for other in [start_over, changes(0, Vec::new())] {
        let memory = memory();
        remember(&memory, 1, 1, 1);
        let asked_in = memory.history();
        follow(&memory, &other, 100 * SECOND);
        assert!(!says_yes(&memory, 1, NOW));
        let newness = memory.remember(asked_in, &at(9), &token(2), &session(2, 2), NOW + DAY, NOW);
        assert_eq!(newness, Newness::Unknown);
        assert_eq!(memory.indexed(), 0);
    }
}

#[test]
fn an_answer_that_may_lack_changes_does_not_let_memory_answer_longer() {
    let memory = memory();
    remember(&memory, 1, 1, 1);
    let full = vec![change(Kind::SessionEnded, 2, Some(2)); 1_000];
    follow(&memory, &changes(1_001, full), 110 * SECOND);
    assert!(!says_yes(&memory, 1, 110 * SECOND));
}

#[test]
fn a_token_with_less_than_two_minutes_left_is_not_answered_from_memory() {
    let memory = memory();
    let expires = NOW + 2 * Duration::from_mins(1) + SECOND;
    memory.remember(
        memory.history(),
        &at(1),
        &token(1),
        &session(1, 1),
        expires,
        NOW,
    );
    assert!(says_yes(&memory, 1, NOW));
    assert!(!says_yes(&memory, 1, NOW + SECOND));
    memory.remember(
        memory.history(),
        &at(1),
        &token(1),
        &session(1, 1),
        expires,
        NOW + SECOND,
    );
    assert_eq!(
        memory.indexed(),
        0,
        "what would not be answered is not kept"
    );
}

#[test]
fn a_token_that_is_no_longer_live_is_forgotten() {
    let memory = memory();
    remember(&memory, 1, 1, 1);
    memory.forget(memory.history(), &at(1), &token(1));
    assert!(!says_yes(&memory, 1, NOW));
    assert_eq!(memory.indexed(), 0);
}

#[test]
fn what_has_no_room_is_forgotten_and_leaves_nothing() {
    let memory = memory();
    for number in 0..1_000 {
        remember(&memory, number, number, 1);
    }
    let kept = (0..1_000)
        .filter(|number| says_yes(&memory, *number, NOW))
        .count();
    assert!((1..=150).contains(&kept), "{kept}");
    assert_eq!(memory.indexed(), kept);
}

#[test]
fn uses_are_told_once_however_many_they_are() {
    let memory = memory();
    for number in [1, 2, 3] {
        remember(&memory, 1, number, 1);
    }
    for number in [1, 2, 1, 1] {
        memory.record_use(&memory.get(&token(number), NOW).unwrap());
    }
    let told = memory.take_uses();
    assert_eq!(told, [token(1), token(2)]);
    assert_eq!(memory.take_uses(), []);
    memory.return_uses(&told);
    memory.record_use(&memory.get(&token(2), NOW).unwrap());
    assert_eq!(memory.take_uses(), [token(1), token(2)]);
}
