//! The simulation can fail: it finds each defect that can be switched on, within so many seeds.

#![cfg(feature = "mutants")]
#![allow(clippy::print_stderr, reason = "the seeds are worth knowing")]

use azuma_checker::{Rule, check};
use azuma_domain::mutants::{Mutant, switch_on};
use azuma_simulation::plan::Plan;
use azuma_simulation::run::run;

/// In how many histories each defect must show. A defect that a race alone brings to light needs some hundred.
const SEEDS: u64 = 2_000;

/// The rule that a defect breaks.
fn broken_by(mutant: Mutant) -> Rule {
    match mutant {
        Mutant::WaitingAccountsLapseAtOnce => Rule::AccountsAreLinearizable,
        Mutant::LoginForgetsNewPassword
        | Mutant::PasswordChangeKeepsSessions
        | Mutant::CacheForgetsInvalidations
        | Mutant::ValidityCountsFromAnswers => Rule::RevokedSessionsEnd,
        Mutant::UsesAreNotWritten | Mutant::CommitsAreForgotten => Rule::LiveSessionsAreAccepted,
        Mutant::RenewalsDisagree => Rule::NextTokensAgree,
        Mutant::CacheTellsOldExpiry => Rule::ExpiriesMoveForward,
        Mutant::SentMailStays => Rule::MailIsSentOnce,
        Mutant::InvalidationsSkipNumbers => Rule::InvalidationsHaveNoGaps,
    }
}

fn breaks(seed: u64, rule: Rule) -> bool {
    let violations = check(&run(&Plan::from_seed(seed)));
    violations.iter().any(|violation| violation.rule == rule)
}

// One test for all, as a defect is switched on for the whole process.
#[test]
fn each_mutant_is_found() {
    let mut missed = Vec::new();
    for mutant in Mutant::ALL {
        switch_on(Some(mutant));
        let rule = broken_by(mutant);
        match (0..SEEDS).find(|seed| breaks(*seed, rule)) {
            Some(seed) => eprintln!("{mutant:?} breaks {rule:?} with seed {seed}"),
            None => missed.push(mutant),
        }
    }
    switch_on(None);
    assert_eq!(missed, []);
}
