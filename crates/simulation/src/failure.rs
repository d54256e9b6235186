//! Plans whose histories no correct server has.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{env, fmt, fs, io, thread};

use azuma_checker::{History, Rule, Violation, check, draw};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::plan::Plan;
use crate::run::run;
use crate::shrink::shrink;

/// A plan that fails, shrunk.
pub struct Failure {
    /// The plan.
    pub plan: Plan,
    /// What came of it.
    pub history: History,
    /// What is wrong with that.
    pub violations: Vec<Violation>,
}

impl Failure {
    /// Runs a plan, and answers what is wrong.
    #[must_use]
    pub fn of(plan: &Plan) -> Option<Self> {
        let (history, violations) = match catch_unwind(AssertUnwindSafe(|| run(plan))) {
            Ok(history) => {
                let violations = check(&history);
                (history, violations)
            }
            Err(_) => (History::default(), vec![panicked()]),
        };
        (!violations.is_empty()).then(|| Self {
            plan: plan.clone(),
            history,
            violations,
        })
    }

    /// The same failure with the least that it needs: a plan that breaks the same rule.
    fn shrunk(self) -> Self {
        let rule = self.violations.first().map(|violation| violation.rule);
        let breaks = |plan: &Plan| {
            Self::of(plan).is_some_and(|failure| {
                let mut violations = failure.violations.iter();
                violations.any(|violation| Some(violation.rule) == rule)
            })
        };
        let least = shrink(&self.plan, breaks);
        Self::of(&least).unwrap_or(self)
    }

    /// Keeps the history, and a drawing of it, which it answers the path of. `AZUMA_HISTORIES` says where, instead of among
    /// temporary files.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub fn keep(&self) -> io::Result<PathBuf> {
        let directory = env::var_os("AZUMA_HISTORIES").map_or_else(env::temp_dir, PathBuf::from);
        let path = directory.join(format!("azuma-history-simulation-{}.json", self.plan.seed));
        fs::write(&path, serde_json::to_vec(&self.history)?)?;
        let drawing = path.with_extension("html");
        fs::write(&drawing, draw(&self.history, &self.violations))?;
        Ok(drawing)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plan = serde_json::to_string(&self.plan).map_err(|_| fmt::Error)?;
        writeln!(f, "seed {} fails; shrunk: {plan}", self.plan.seed)?;
        for (number, event) in self.history.events.iter().enumerate() {
            writeln!(f, "  {number}: {event:?}")?;
        }
        for violation in &self.violations {
            writeln!(f, "  {violation}")?;
        }
        Ok(())
    }
}

/// Runs the plans of these seeds, on all cores, and shrinks those that fail.
#[must_use]
pub fn try_seeds(seeds: Range<u64>) -> Vec<Failure> {
    let next = AtomicU64::new(seeds.start);
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for core in cores() {
            let (next, failures, end) = (&next, &failures, seeds.end);
            scope.spawn(move || {
                keep_to(core);
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        return;
                    }
                    if let Some(failure) = Failure::of(&Plan::from_seed(seed)) {
                        let shrunk = failure.shrunk();
                        let mut failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
                        failures.push(shrunk);
                    }
                }
            });
        }
    });
    failures
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
}

fn panicked() -> Violation {
    Violation {
        rule: Rule::NothingFails,
        what: "the run panicked; what it said is above".to_owned(),
        events: Vec::new(),
    }
}

/// The cores that this process may use.
fn cores() -> Vec<usize> {
    let may_use = sched_getaffinity(None).unwrap_or_else(|_| CpuSet::new());
    let cores: Vec<usize> = (0..CpuSet::MAX_CPU)
        .filter(|core| may_use.is_set(*core))
        .collect();
    match cores.is_empty() {
        true => vec![0],
        false => cores,
    }
}

/// Keeps this thread, and the threads that it starts, on one core: a run hands each unit of work to another thread and waits
/// for it, which takes twice as long across cores.
fn keep_to(core: usize) {
    let mut cores = CpuSet::new();
    cores.set(core);
    // Where that is forbidden, a run takes longer and comes to the same.
    let _ = sched_setaffinity(None, &cores);
}
