//! What was seen in a run is judged, and kept where it cannot be explained.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs};

use azuma_checker::history::{Answer, Broken, Event};
use azuma_checker::{History, Violation, check, draw};

use super::run::{GROUPS, Run};
use super::strike::Struck;

/// The variable that names where all histories are kept. Without it, only those are that cannot be explained, among
/// temporary files.
const KEPT_IN: &str = "AZUMA_HISTORIES";

impl Run {
    /// Judges what was seen.
    pub fn judge(mut self, struck: &Struck) {
        let history = self.history();
        self.judge_history(history, struck);
    }

    /// Judges a history of the run, during which this was broken.
    pub fn judge_history(&self, mut history: History, struck: &Struck) {
        history.faults.clone_from(&struck.done);
        let violations = check(&history);
        let count =
            |is: fn(&Event) -> bool| history.events.iter().filter(|event| is(event)).count();
        println!(
            "{}, seed {}: {} requests, {} of unknown outcome, {} faults, {} messages, {} dead letters\n{}",
            self.name(),
            self.seed(),
            history.events.len(),
            count(|event| event.answer == Answer::Unknown),
            struck.done.len(),
            history.mail.len(),
            history.outbox.len(),
            struck.done.iter().map(told).collect::<String>()
        );
        if env::var_os(KEPT_IN).is_some() || !violations.is_empty() {
            self.keep(&history, &violations);
        }
        assert!(
            violations.is_empty(),
            "seed {}: {violations:#?}",
            self.seed()
        );
        assert!(struck.failed.is_empty(), "{:#?}", struck.failed);
        let asked = |since| {
            let events = history.events.iter();
            events.filter(move |event| event.asked >= since)
        };
        assert!(
            history
                .mended
                .is_none_or(|mended| asked(mended).count() > GROUPS),
            "nothing was asked at the end"
        );
    }

    /// Keeps the history, so that later checkers can check it again; where it cannot be explained, with a drawing of it and
    /// what the nodes printed.
    fn keep(&self, history: &History, violations: &[Violation]) {
        static KEPT: AtomicU32 = AtomicU32::new(0);
        let directory = env::var_os(KEPT_IN).map_or_else(env::temp_dir, PathBuf::from);
        let number = KEPT.fetch_add(1, Ordering::Relaxed);
        let name = format!("azuma-{}-{}-{number}", self.name(), self.seed());
        let keep = |suffix: &str, text: &str| {
            let path = directory.join(format!("{name}{suffix}"));
            fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            println!("kept: {}", path.display());
        };
        keep(".json", &serde_json::to_string(history).expect("JSON"));
        if violations.is_empty() {
            return;
        }
        keep(".html", &draw(history, violations));
        for (node, number) in self.system().nodes().iter().zip(0..) {
            keep(&format!("-node{number}.log"), &node.server().output());
        }
    }
}

fn told(broken: &Broken) -> String {
    let seconds = |micros: i64| micros / 1_000_000;
    let (from, to) = (seconds(broken.from.0), seconds(broken.to.0));
    format!("{from} s to {to} s: {}\n", broken.what)
}
