//! The simulation can fail: it finds each defect that can be switched on, within so many seeds.

#![cfg(feature = "mutants")]
#![allow(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "the seeds are worth knowing, and a test that meets the unexpected stops where it stands"
)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use azuma_checker::{History, Rule, check};
use azuma_domain::mutants::{Mutant, switch_on};
use azuma_simulation::plan::Plan;
use azuma_simulation::run::run;
use azuma_simulation::shrink::shrink;

/// In how many histories each defect must show. A defect that a race alone brings to light needs some hundred.
const SEEDS: u64 = 2_000;
/// Where histories are kept for later checkers.
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../checker/tests/kept");

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
        Mutant::CacheMixesUpTokens => Rule::TokensNameTheirUser,
        Mutant::TakenNamesAreErrors => Rule::NothingFails,
        Mutant::ReplacedLinksStay | Mutant::PasswordChangeTakesResetLinks => {
            Rule::LinksWorkUntilTheyEnd
        }
        Mutant::SentMailStays => Rule::MailIsSentOnce,
        Mutant::InvalidationsSkipNumbers => Rule::InvalidationsHaveNoGaps,
    }
}

fn broken_rules(history: &History) -> Vec<Rule> {
    let mut rules: Vec<Rule> = check(history).iter().map(|found| found.rule).collect();
    rules.sort();
    rules.dedup();
    rules
}

/// A defect is switched on for the whole process, so one test at a time does that.
fn alone() -> MutexGuard<'static, ()> {
    static SWITCH: Mutex<()> = Mutex::new(());
    SWITCH.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn each_mutant_is_found() {
    let _alone = alone();
    let mut missed = Vec::new();
    for mutant in Mutant::ALL.iter().copied() {
        switch_on(Some(mutant));
        let rule = broken_by(mutant);
        let breaks = |seed: &u64| broken_rules(&run(&Plan::from_seed(*seed))).contains(&rule);
        match (0..SEEDS).find(breaks) {
            Some(seed) => eprintln!("{mutant:?} breaks {rule:?} with seed {seed}"),
            None => missed.push(mutant),
        }
    }
    switch_on(None);
    assert_eq!(missed, []);
}

/// Later checkers judge it as this one does. With `AZUMA_RECORD` set, those that are missing are written; those that are there
/// stay as they are, in the format of their time.
#[test]
fn each_mutant_has_a_kept_history() {
    let mutants = Mutant::ALL.iter().copied();
    let missing: Vec<Mutant> = mutants
        .filter(|mutant| !path_of(*mutant).exists())
        .collect();
    if env::var_os("AZUMA_RECORD").is_none() {
        assert_eq!(missing, [], "AZUMA_RECORD=1 records them");
        return;
    }
    let _alone = alone();
    for mutant in missing {
        switch_on(Some(mutant));
        let rule = broken_by(mutant);
        let breaks_it_alone = |plan: &Plan| broken_rules(&run(plan)) == [rule];
        let mut plans = (0..SEEDS).map(Plan::from_seed);
        let plan = plans.find(breaks_it_alone).expect("a seed");
        let least = shrink(&plan, breaks_it_alone);
        let history = serde_json::to_string(&run(&least)).unwrap();
        fs::write(path_of(mutant), history + "\n").unwrap();
    }
    switch_on(None);
}

fn path_of(mutant: Mutant) -> PathBuf {
    let name = format!("{:?}-{mutant:?}.json", broken_by(mutant));
    Path::new(KEPT).join(name)
}
