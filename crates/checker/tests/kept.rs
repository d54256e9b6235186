//! Histories that were kept, as later checkers see them: what was possible stays so, and what broke a rule breaks just that.
//!
//! `possible-*.json` are of simulated runs and of real servers; the others are named after the rule that they break, and the
//! defect of `azuma_domain::mutants` that came to it. CONTRIBUTING.md says how they are recorded.

#![allow(
    clippy::unwrap_used,
    reason = "a test that meets the unexpected stops where it stands"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use azuma_checker::{History, check};

const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kept");
const POSSIBLE: &str = "possible";

#[test]
fn kept_histories_are_judged_as_ever() {
    let mut wrong = Vec::new();
    for file in fs::read_dir(KEPT).unwrap() {
        let path = file.unwrap().path();
        let expected = expected(&path);
        let found = broken(&path);
        if found != expected {
            wrong.push(format!("{}: {found:?}", path.display()));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// The rules that the name of the file says.
fn expected(path: &Path) -> BTreeSet<String> {
    let name = path.file_stem().unwrap().to_string_lossy();
    let (rule, _) = name.split_once('-').unwrap();
    let rules = [rule.to_owned()];
    rules.into_iter().filter(|rule| rule != POSSIBLE).collect()
}

fn broken(path: &Path) -> BTreeSet<String> {
    let history: History = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let violations = check(&history);
    let rules = violations.iter().map(|found| format!("{:?}", found.rule));
    rules.collect()
}
