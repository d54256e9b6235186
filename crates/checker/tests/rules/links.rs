//! Mailed links.

use super::*;

/// Ada's link, which works from second 2 to second 600.
fn link(id: &str, purpose: Purpose) -> Link {
    Link {
        id: id.to_owned(),
        user: "1".to_owned(),
        mailed_to: "ada@example.org".to_owned(),
        purpose,
        times: Some(LinkTimes {
            created_at: Moment(2 * SECOND),
            mailed_at: Moment(3 * SECOND),
            expires_at: Moment(600 * SECOND),
        }),
    }
}

fn reset(from: i64, id: &str, answer: Answer) -> Event {
    let request = Request::Reset {
        link: link(id, Purpose::ResetPassword),
        password: format!("by {id}, {from}"),
    };
    event(from, from + 1, request, answer)
}

fn follow(from: i64, id: &str, answer: Answer) -> Event {
    let request = Request::Follow(link(id, Purpose::ChangeEmail));
    event(from, from + 1, request, answer)
}

fn change_email(from: i64) -> Event {
    let email = "ada@example.org".to_owned();
    with_token(
        "s",
        event(from, from + 1, Request::ChangeEmail { email }, Answer::Done),
    )
}

/// Mail that the requests of these histories ask for.
fn with_mail(history: History) -> History {
    let mail = AcceptedMail {
        id: "m".to_owned(),
        to: "ada@example.org".to_owned(),
        at: Moment(1_000 * SECOND),
        settled: None,
    };
    History {
        mail: vec![mail],
        ..history
    }
}

fn done() -> Answer {
    Answer::Reset {
        user: "1".to_owned(),
    }
}

fn unknown() -> Answer {
    refused(Refusal::LinkUnknown)
}

#[test]
fn a_link_works_once() {
    let twice = after_ada([reset(5, "l", done()), reset(7, "l", done())]);
    assert_broken(Rule::AccountsAreLinearizable, &twice);
    let once = after_ada([reset(5, "l", done()), reset(7, "l", unknown())]);
    assert_kept(&once);
}

#[test]
fn a_link_does_what_it_was_mailed_for() {
    let request = Request::Reset {
        link: link("l", Purpose::ChangeEmail),
        password: "third".to_owned(),
    };
    let history = after_ada([event(5, 6, request, done())]);
    assert_broken(Rule::AccountsAreLinearizable, &history);
}

#[test]
fn a_link_works_until_it_expires() {
    let history = |from, answer| after_ada([reset(from, "l", answer)]);
    assert_broken(Rule::LinksWorkUntilTheyEnd, &history(598, unknown()));
    assert_kept(&history(599, unknown()));
    assert_kept(&history(599, done()));
    assert_broken(Rule::LinksWorkUntilTheyEnd, &history(600, done()));
}

#[test]
fn a_link_ends_with_the_change_of_address_that_replaces_it() {
    let history = |answer| {
        with_mail(after_ada([
            change_email(1),
            change_email(4),
            follow(6, "l", answer),
        ]))
    };
    assert_broken(Rule::LinksWorkUntilTheyEnd, &history(Answer::Done));
    assert_kept(&history(unknown()));
}

#[test]
fn what_made_a_link_does_not_excuse_that_it_is_refused() {
    let history = |answer| with_mail(after_ada([change_email(1), follow(6, "l", answer)]));
    assert_kept(&history(Answer::Done));
    assert_broken(Rule::LinksWorkUntilTheyEnd, &history(unknown()));
}

#[test]
fn a_changed_password_ends_a_change_of_address_but_no_recovery() {
    let change = || with_token("s", event(4, 5, change_password(), Answer::Done));
    let followed = after_ada([change(), follow(6, "l", Answer::Done)]);
    assert_broken(Rule::LinksWorkUntilTheyEnd, &followed);
    assert_kept(&after_ada([change(), follow(6, "l", unknown())]));
    assert_kept(&after_ada([change(), reset(6, "l", done())]));
    let refused = after_ada([change(), reset(6, "l", unknown())]);
    assert_broken(Rule::LinksWorkUntilTheyEnd, &refused);
}

#[test]
fn a_password_that_was_set_by_a_link_ends_the_others() {
    let history = |answer| after_ada([reset(4, "other", done()), reset(6, "l", answer)]);
    assert_broken(Rule::LinksWorkUntilTheyEnd, &history(done()));
    assert_kept(&history(unknown()));
}

#[test]
fn a_link_that_nobody_knows_whether_it_was_used_may_be_refused() {
    let history = after_ada([reset(4, "l", Answer::Unknown), reset(6, "l", unknown())]);
    assert_kept(&history);
}

#[test]
fn a_change_of_address_may_be_refused_once_another_account_has_the_address() {
    let other = Request::Register {
        name: "eve".to_owned(),
        email: Some("ada@example.org".to_owned()),
        password: "eve's".to_owned(),
        policy: Policy::Sliding,
    };
    let history = with_mail(after_ada([
        change_email(1),
        event(4, 5, other, issued("2", "t")),
        follow(6, "l", unknown()),
    ]));
    assert_kept(&history);
}
