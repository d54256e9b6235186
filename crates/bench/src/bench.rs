//! What every measure needs: how long it may take, and where programs and cores are.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use azuma_tests::scratch;
use azuma_tests::server::workspace;

use crate::Outcome;
use crate::cores::Cores;

/// The default number of rounds of a full run.
const FULL_ROUNDS: u32 = 5;
/// The default number of rounds of a short run.
const SHORT_ROUNDS: u32 = 2;

/// How thorough a run is.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    short: bool,
    rounds: u32,
}

impl Plan {
    /// A short or a full run with this number of rounds.
    pub fn new(short: bool, rounds: Option<u32>) -> Self {
        let usual = if short { SHORT_ROUNDS } else { FULL_ROUNDS };
        Self {
            short,
            rounds: rounds.unwrap_or(usual),
        }
    }

    /// Whether it judges nothing.
    pub fn is_short(self) -> bool {
        self.short
    }

    /// How often each measure is repeated.
    pub fn rounds(self) -> u32 {
        self.rounds
    }
}

/// The bench, set up.
#[derive(Debug)]
pub struct Bench {
    plan: Plan,
    cores: Cores,
    programs: PathBuf,
}

impl Bench {
    /// Moves this process, and the processes it will start, to the core of the load.
    pub fn set_up(plan: Plan) -> Outcome<Self> {
        let cores = Cores::choose()?;
        cores.load.take()?;
        let own = std::env::current_exe()?;
        let programs = own.parent().ok_or("this program lies nowhere")?.to_owned();
        let bench = Self {
            plan,
            cores,
            programs,
        };
        for name in ["azuma", "azuma-limit"] {
            let path = bench.program(name);
            if !path.exists() {
                return Err(format!("{} is missing: run scripts/bench", path.display()).into());
            }
        }
        Ok(bench)
    }

    /// How thorough this run is.
    pub fn plan(&self) -> Plan {
        self.plan
    }

    /// Which core does what.
    pub fn cores(&self) -> Cores {
        self.cores
    }

    /// How busy others keep the two cores, 0 to 1: the server's and the load's. To be asked between measures.
    pub fn busy_without_us(&self) -> Outcome<[f64; 2]> {
        let Cores { server, load } = self.cores;
        let before = (server.time()?, load.time()?);
        thread::sleep(Duration::from_secs(1));
        Ok([
            before.0.busy_until(server.time()?),
            before.1.busy_until(load.time()?),
        ])
    }

    /// A program built with this one.
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// The numbers of the rounds. Each is printed when it begins.
    pub fn rounds(&self) -> impl Iterator<Item = u32> {
        let rounds = self.plan.rounds;
        (1..=rounds).inspect(move |round| eprintln!("   round {round} of {rounds}"))
    }

    /// The numbers, from 0, of the turns of all rounds, with so many in each.
    pub fn turns(&self, of_a_round: u32) -> impl Iterator<Item = u32> {
        (0..)
            .zip(self.rounds().flat_map(move |_| 0..of_a_round))
            .map(|(turn, _)| turn)
    }

    /// A span in seconds: one for a full run, one for a short one.
    pub fn seconds(&self, full: f64, short: f64) -> Duration {
        Duration::from_secs_f64(self.either(full, short))
    }

    /// The value for a full run or for a short one.
    pub fn either<T>(&self, full: T, short: T) -> T {
        if self.plan.short { short } else { full }
    }

    /// Where the results of this run go; those of a full run into the documentation.
    pub fn default_out(&self) -> Outcome<PathBuf> {
        if !self.plan.short {
            return Ok(workspace().join("docs"));
        }
        let directory = std::env::temp_dir().join("azuma-load");
        std::fs::create_dir_all(&directory)?;
        Ok(directory)
    }

    /// A new, empty directory that is deleted when the bench ends.
    pub fn directory(&self, name: &str) -> PathBuf {
        scratch::fresh_directory(name)
    }

    /// The root of the checkout.
    pub fn workspace(&self) -> &'static Path {
        workspace()
    }
}
