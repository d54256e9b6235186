//! The machine that the figures were measured on.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

use super::Unit;
use crate::Outcome;
use crate::bench::{Bench, Plan};
use crate::cores::Cores;

/// A core that is busier than this between two measures is used by others.
const QUIET: f64 = 0.1;

/// The machine, the version and the run.
#[derive(Debug)]
pub struct Machine {
    cpu: String,
    kernel: String,
    version: String,
    cores: Cores,
    busy: [f64; 2],
    plan: Plan,
}

impl Machine {
    /// Finds out about this machine.
    pub fn look(bench: &Bench) -> Outcome<Self> {
        let cpus = fs::read_to_string("/proc/cpuinfo")?;
        let model = cpus
            .lines()
            .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
            .map_or("an unnamed CPU", |(_, model)| model);
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
        Ok(Self {
            cpu: format!("{model}, {}", counted(available_parallelism()?.get())),
            kernel: kernel.trim().to_owned(),
            version: version(bench),
            cores: bench.cores(),
            busy: [0.0; 2],
            plan: bench.plan(),
        })
    }

    /// Whether the run was long enough to judge.
    pub fn is_judged(&self) -> bool {
        !self.plan.is_short()
    }

    /// The machine, the version and the run in sentences.
    pub fn facts(&self) -> Vec<String> {
        let Self {
            cpu,
            kernel,
            version,
            ..
        } = self;
        let mut facts = vec![
            format!("{cpu}; Linux {kernel}"),
            format!("commit {version}"),
            format!("{} rounds", self.plan.rounds()),
            self.disturbance(),
        ];
        if self.cores.are_one() {
            facts.push(
                "**server and load share the only core: the figures are worth little**".to_owned(),
            );
        }
        if self.plan.is_short() {
            facts.push(
                "**a short run, which shows that the bench runs and judges nothing**".to_owned(),
            );
        }
        facts
    }

    /// Notes how busy others keep the cores. The highest value counts.
    pub fn note_busy(&mut self, busy: [f64; 2]) {
        for (most, share) in self.busy.iter_mut().zip(busy) {
            *most = most.max(share);
        }
    }

    fn disturbance(&self) -> String {
        let [server, load] = self.busy.map(|share| Unit::Share.write(share));
        let fact = format!(
            "between the measures, others kept the server's core {server} busy at most, and the load's {load}"
        );
        match self.busy.iter().all(|share| *share < QUIET) {
            true => fact,
            false => format!("**{fact}: something else ran here, and spoilt the figures**"),
        }
    }
}

/// The number of cores by the kernel. This process is bound to one of them.
fn counted(cores: usize) -> String {
    let online = fs::read_to_string("/sys/devices/system/cpu/online").unwrap_or_default();
    match online.trim() {
        "" => format!("{cores} cores"),
        online => format!("cores {online}"),
    }
}

fn version(bench: &Bench) -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .args(arguments)
            .current_dir(bench.workspace())
            .output()
            .ok()?;
        let said = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        output.status.success().then_some(said)
    };
    let Some(commit) = git(&["rev-parse", "--short=12", "HEAD"]) else {
        return "unknown".to_owned();
    };
    match git(&[
        "status",
        "--porcelain",
        "--",
        "crates",
        "migrations",
        "Cargo.lock",
    ])
    .as_deref()
    {
        Some("") => commit,
        _ => format!("{commit}, with changes"),
    }
}
