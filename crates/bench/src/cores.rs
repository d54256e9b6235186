//! The core of the server and the core of the load, and how busy they are.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::Outcome;

/// The two cores of a run; the same one if there is no other.
#[derive(Clone, Copy, Debug)]
pub struct Cores {
    /// The core of the server under test. The bench runs nothing else on it.
    pub server: Core,
    /// The core of the bench and of Postgres.
    pub load: Core,
}

/// A core, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Core(usize);

impl Cores {
    /// The first two cores that this process may run on.
    pub fn choose() -> Outcome<Self> {
        let allowed = sched_getaffinity(None)?;
        let mut cores = (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core));
        let server = Core(cores.next().ok_or("there is no core to run on")?);
        let load = cores.next().map_or(server, Core);
        Ok(Self { server, load })
    }

    /// Whether load and server share a core, which makes every figure useless.
    pub fn are_one(self) -> bool {
        self.server == self.load
    }
}

impl Core {
    fn set(self) -> CpuSet {
        let mut set = CpuSet::new();
        set.set(self.0);
        set
    }

    /// Moves this thread to the core, with the threads and processes that it will start.
    pub fn take(self) -> Outcome<()> {
        Ok(sched_setaffinity(None, &self.set())?)
    }

    /// Makes a command run on the core.
    #[allow(unsafe_code)]
    pub fn give(self, command: &mut Command) {
        let set = self.set();
        // SAFETY: the closure runs between fork and exec; it makes one system call and allocates nothing.
        unsafe {
            command.pre_exec(move || Ok(sched_setaffinity(None, &set)?));
        }
    }

    /// The time that the core has spent so far.
    pub fn time(self) -> Outcome<CoreTime> {
        let name = format!("cpu{}", self.0);
        fs::read_to_string("/proc/stat")?
            .lines()
            .filter_map(|line| line.strip_prefix(&name))
            .find_map(CoreTime::parse)
            .ok_or_else(|| format!("/proc/stat does not tell of {name}").into())
    }
}

/// The line of a core in `/proc/stat`, in ticks since the start.
#[derive(Clone, Copy, Debug)]
pub struct CoreTime {
    all: u64,
    idle: u64,
}

impl CoreTime {
    /// Parses what follows the name of the core: user, nice, system, idle, iowait and others. Guest time is part of the
    /// first two.
    fn parse(columns: &str) -> Option<Self> {
        if !columns.starts_with(' ') {
            return None;
        }
        let ticks = columns.split_ascii_whitespace().take(8);
        let ticks: Vec<u64> = ticks.map_while(|tick| tick.parse().ok()).collect();
        Some(Self {
            all: ticks.iter().sum(),
            idle: ticks.get(3)? + ticks.get(4)?,
        })
    }

    /// The share of the time until `later` in which the core was not idle.
    pub fn busy_until(self, later: Self) -> f64 {
        let all = later.all.saturating_sub(self.all).max(1) as f64;
        1.0 - later.idle.saturating_sub(self.idle) as f64 / all
    }
}

#[cfg(test)]
mod tests {
    use super::CoreTime;

    #[test]
    fn waiting_for_a_disk_is_idle() {
        let before = CoreTime::parse(" 10 0 10 100 0 0 0 0 0 0").unwrap();
        let after = CoreTime::parse(" 70 0 20 110 20 0 0 0 7 7").unwrap();
        assert!((before.busy_until(after) - 0.7).abs() < 1e-9);
        assert!(CoreTime::parse("1 10 0 10 100").is_none(), "another core");
    }
}
