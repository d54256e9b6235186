//! Messages.

use super::*;

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

const ADDRESS: &str = "ada@example.org";

/// Ada, who is user 1, registers with her address; then this happens, and a message to it was taken at this second.
fn of_ada_with_address(events: Vec<Event>, mailed: Option<i64>) -> History {
    let ada = Request::Register {
        name: "ada".to_owned(),
        email: Some(ADDRESS.to_owned()),
        password: "first".to_owned(),
        policy: Policy::Sliding,
    };
    let mail = mailed.map(|at| AcceptedMail {
        id: "m".to_owned(),
        to: ADDRESS.to_owned(),
        at: Moment(at * SECOND),
        settled: None,
    });
    History {
        events: std::iter::once(event(0, 1, ada, issued("1", "s")))
            .chain(events)
            .collect(),
        mail: mail.into_iter().collect(),
        ..History::default()
    }
}

fn recover(answer: Answer) -> Event {
    let email = ADDRESS.to_owned();
    event(2, 3, Request::Recover { email }, answer)
}

#[test]
fn a_recovery_of_an_account_leads_to_a_message() {
    let history = |mailed| of_ada_with_address(vec![recover(Answer::Done)], mailed);
    assert_broken(Rule::MailIsSentOnce, &history(None));
    assert_broken(Rule::MailIsSentOnce, &history(Some(1)));
    assert_kept(&history(Some(4)));
    assert_kept(&of_ada_with_address(vec![recover(Answer::Unknown)], None));
}

#[test]
fn a_recovery_of_an_account_that_may_be_deleted_leads_to_nothing() {
    let delete = with_token("s", event(4, 5, Request::Delete, Answer::Unknown));
    let history = of_ada_with_address(vec![recover(Answer::Done), delete], None);
    assert_kept(&history);
}

#[test]
fn a_change_of_address_leads_to_a_message_unless_its_link_is_taken_away() {
    let email = ADDRESS.to_owned();
    let change = with_token(
        "s",
        event(2, 3, Request::ChangeEmail { email }, Answer::Done),
    );
    assert_broken(Rule::MailIsSentOnce, &after_ada([change.clone()]));
    let again = with_token("s", event(4, 5, change_password(), Answer::Unknown));
    assert_kept(&after_ada([change, again]));
}
