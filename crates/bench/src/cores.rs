//! Which core does what, and how busy it was.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::Outcome;

/// The two cores of a run; one and the same where there is no other.
#[derive(Clone, Copy, Debug)]
pub struct Cores {
    /// Runs the server under test, and nothing else of ours.
    pub server: Core,
    /// Runs the bench and Postgres.
    pub load: Core,
}

/// A core, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Core(usize);

impl Cores {
    /// The first two cores we may run on.
    pub fn choose() -> Outcome<Self> {
        let allowed = sched_getaffinity(None)?;
        let mut cores = (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core));
        let server = Core(cores.next().ok_or("there is no core to run on")?);
        let load = cores.next().map_or(server, Core);
        Ok(Self { server, load })
    }

    /// Whether load and server share a core, which spoils every figure.
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

    /// Moves this thread there, and with it the threads and processes it will start.
    pub fn take(self) -> Outcome<()> {
        Ok(sched_setaffinity(None, &self.set())?)
    }

    /// Has a command run there.
    #[allow(unsafe_code)]
    pub fn give(self, command: &mut Command) {
        let set = self.set();
        // SAFETY: the closure runs between fork and exec; it makes one system call and allocates nothing.
        unsafe {
            command.pre_exec(move || Ok(sched_setaffinity(None, &set)?));
        }
    }

    /// The time it has spent so far.
    pub fn time(self) -> Outcome<CoreTime> {
        let name = format!("cpu{}", self.0);
        fs::read_to_string("/proc/stat")?
            .lines()
            .filter_map(|line| line.strip_prefix(&name))
            .find_map(CoreTime::parse)
            .ok_or_else(|| format!("/proc/stat does not tell of {name}").into())
    }
}

/// What `/proc/stat` says of a core, in ticks since the start.
#[derive(Clone, Copy, Debug)]
pub struct CoreTime {
    all: u64,
    idle: u64,
}

impl CoreTime {
    /// What follows the name: user, nice, system, idle, iowait and others. Guests are within the first two.
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
