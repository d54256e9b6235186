//! Many histories, as a seed decides them, of which none is impossible.

use std::collections::BTreeSet;
use std::fmt::Write;

use azuma_checker::history::{Answer, Event, Policy, Refusal, Request};
use azuma_simulation::incident::Incident;
use azuma_simulation::plan::{Action, Limits, Pause, Plan, Step};
use azuma_simulation::run::{run, run_and_watch};
use azuma_simulation::try_seeds;

const HISTORIES: u64 = 10_000;

#[test]
fn of_10_000_histories_none_is_impossible() {
    let failures = try_seeds(0..HISTORIES);
    let report = failures.iter().fold(String::new(), |mut report, failure| {
        let drawing = failure.keep().unwrap();
        let _ = writeln!(report, "{failure}  drawn: {}", drawing.display());
        report
    });
    assert!(failures.is_empty(), "{report}");
}

#[test]
fn a_plan_has_the_same_history_each_time() {
    for seed in 0..300 {
        let plan = Plan::from_seed(seed);
        let (first, second) = (run(&plan), run(&plan));
        assert!(first.events == second.events, "seed {seed}");
        assert!(first.mail == second.mail, "seed {seed}");
    }
}

/// What is never asked, never answered so, or never happens, is not tried.
#[test]
fn clients_ask_everything_are_answered_in_every_way_and_everything_happens() {
    let (mut met, mut happened) = (BTreeSet::new(), BTreeSet::new());
    for seed in 0..400 {
        let (history, incidents) = run_and_watch(&Plan::from_seed(seed));
        happened.extend(incidents);
        for event in history.events {
            met.insert((asked(&event.request), answered(&event.answer)));
        }
    }
    let never: Vec<_> = Incident::ALL
        .iter()
        .filter(|incident| !happened.contains(incident))
        .collect();
    assert!(never.is_empty(), "{never:?}");
    let missing: Vec<_> = EXPECTED
        .iter()
        .flat_map(|(asked, answers)| answers.iter().map(|answered| (*asked, *answered)))
        .filter(|pair| !met.contains(pair))
        .collect();
    assert_eq!(missing, []);
}

/// Registers, logs in, and checks both sessions by turns, on a node with these limits.
fn two_sessions_by_turns(limits: Limits) -> Vec<Event> {
    let step = |millis, action| Step {
        pause: Pause::Millis(millis),
        node: 0,
        action,
    };
    let policy = Policy::Rotating;
    let (name, email, credential) = (0, None, 0);
    let begin = [
        step(
            0,
            Action::Register {
                name,
                email,
                policy,
            },
        ),
        step(500, Action::LogIn { credential, policy }),
    ];
    let checks = (0..20).map(|number| {
        let token = number % 2;
        step(10, Action::Check { token })
    });
    let plan = Plan {
        seed: 0,
        clocks_ahead: vec![0],
        limits,
        clients: vec![begin.into_iter().chain(checks).collect()],
        faults: Vec::new(),
    };
    run(&plan).events
}

#[test]
fn with_room_for_one_session_a_node_answers_two_by_turns_from_the_database_alone() {
    let from_memory = |cached_sessions| {
        let events = two_sessions_by_turns(Limits {
            cached_sessions,
            ..Limits::default()
        });
        let checks = events
            .iter()
            .filter(|event| event.request == Request::Check && event.asked == event.answered);
        checks.count()
    };
    assert!(from_memory(1) < 5 && from_memory(2) > 10);
}

#[test]
fn where_a_user_may_have_one_session_a_login_revokes_the_one_before() {
    let refused = |sessions_per_user| {
        let events = two_sessions_by_turns(Limits {
            sessions_per_user,
            ..Limits::default()
        });
        let refused = Answer::Refused(Refusal::TokenInvalid);
        events.iter().any(|event| event.answer == refused)
    };
    assert!(refused(1) && !refused(2));
}

/// What each request may be answered.
const EXPECTED: [(&str, &[&str]); 14] = [
    (
        "register",
        &["issued", "NameTaken", "EmailTaken", "unknown"],
    ),
    ("request account", &["done", "NameTaken", "EmailTaken"]),
    ("follow", &["done", "LinkUnknown"]),
    (
        "log in",
        &["issued", "WrongCredentials", "NotVerified", "unknown"],
    ),
    ("check", &["live", "TokenInvalid", "unknown"]),
    ("renew", &["next", "none", "TokenInvalid"]),
    ("rename", &["done", "NameTaken", "TokenInvalid"]),
    ("change password", &["done", "TokenInvalid", "unknown"]),
    ("change email", &["done", "EmailTaken", "TokenInvalid"]),
    ("log out", &["done", "TokenInvalid"]),
    ("log out everywhere", &["done", "TokenInvalid"]),
    ("recover", &["done"]),
    ("reset", &["reset", "LinkUnknown"]),
    ("delete", &["done", "TokenInvalid"]),
];

fn asked(request: &Request) -> &'static str {
    match request {
        Request::Register { .. } => "register",
        Request::RequestAccount { .. } => "request account",
        Request::Follow(_) => "follow",
        Request::LogIn { .. } => "log in",
        Request::Check => "check",
        Request::Renew => "renew",
        Request::Rename { .. } => "rename",
        Request::ChangePassword { .. } => "change password",
        Request::ChangeEmail { .. } => "change email",
        Request::LogOut => "log out",
        Request::LogOutEverywhere => "log out everywhere",
        Request::Recover { .. } => "recover",
        Request::Reset { .. } => "reset",
        Request::Delete => "delete",
    }
}

fn answered(answer: &Answer) -> &'static str {
    use azuma_checker::history::Refusal::{
        EmailTaken, LinkUnknown, LoginRefused, NameTaken, NotVerified, TokenInvalid,
        WrongCredentials,
    };

    match answer {
        Answer::Issued { .. } => "issued",
        Answer::Live { .. } => "live",
        Answer::Next(Some(_)) => "next",
        Answer::Next(None) => "none",
        Answer::Reset { .. } => "reset",
        Answer::Done => "done",
        Answer::Refused(NameTaken) => "NameTaken",
        Answer::Refused(EmailTaken) => "EmailTaken",
        Answer::Refused(WrongCredentials) => "WrongCredentials",
        Answer::Refused(NotVerified) => "NotVerified",
        Answer::Refused(LoginRefused) => "LoginRefused",
        Answer::Refused(TokenInvalid) => "TokenInvalid",
        Answer::Refused(LinkUnknown) => "LinkUnknown",
        Answer::Failed(_) => "failed",
        Answer::Unknown => "unknown",
    }
}
