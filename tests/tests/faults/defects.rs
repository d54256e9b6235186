//! The suite can fail: it finds what is wrong with servers that have a defect (`azuma_domain::mutants`).

use std::time::Duration;

use azuma_checker::{History, Rule, check};

use super::run::Run;
use super::systems::OnSqlite;

/// How long a round lasts, after which somebody looks whether the defect has shown.
const ROUND: Duration = Duration::from_secs(8);
/// How many rounds a defect may take on a machine that does other things as well.
const ROUNDS: u32 = 6;

async fn breaks(defect: &str, rule: Rule) {
    let mut run = Run::of("defect", OnSqlite::with_defect(2, defect)).lasting(ROUND);
    let mut history = History::default();
    let mut violations = Vec::new();
    for _ in 0..ROUNDS {
        run.ask_while_things_break().await;
        let seen = run.history();
        history.events.extend(seen.events);
        history.invalidations = seen.invalidations;
        violations = check(&history);
        if violations.iter().any(|violation| violation.rule == rule) {
            return;
        }
    }
    panic!("{rule:?} is not broken, but {violations:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_change_that_keeps_sessions_is_found() {
    breaks("PasswordChangeKeepsSessions", Rule::RevokedSessionsEnd).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn renewals_that_disagree_are_found() {
    breaks("RenewalsDisagree", Rule::NextTokensAgree).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_that_are_forgotten_are_found() {
    breaks("CommitsAreForgotten", Rule::LiveSessionsAreAccepted).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_that_are_left_out_are_found() {
    breaks("InvalidationsSkipNumbers", Rule::InvalidationsHaveNoGaps).await;
}
