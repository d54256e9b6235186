//! The measures, one per file.

mod checks;
mod cost;
mod idle;
mod logins;
mod memory;
mod revocations;
mod services;
mod sessions;
mod startup;
mod storm;
mod writes;

use crate::Outcome;
use crate::bench::Bench;
use crate::report::Findings;

/// Something to be measured.
pub struct Measure {
    /// What `--only` calls it.
    pub name: &'static str,
    /// Its title.
    pub about: &'static str,
    /// Measures it.
    pub run: fn(&Bench) -> Outcome<Findings>,
}

/// The names of all measures, for the command line.
pub const NAMES: [&str; 10] = [
    checks::MEASURE.name,
    sessions::MEASURE.name,
    writes::MEASURE.name,
    logins::MEASURE.name,
    storm::MEASURE.name,
    memory::MEASURE.name,
    idle::MEASURE.name,
    startup::MEASURE.name,
    revocations::MEASURE.name,
    services::MEASURE.name,
];

/// All measures, in the order of the table.
const ALL: [Measure; 10] = [
    checks::MEASURE,
    sessions::MEASURE,
    writes::MEASURE,
    logins::MEASURE,
    storm::MEASURE,
    memory::MEASURE,
    idle::MEASURE,
    startup::MEASURE,
    revocations::MEASURE,
    services::MEASURE,
];

impl Measure {
    /// The measures with these names, or all of them if there are none.
    pub fn chosen(only: &[String]) -> impl Iterator<Item = Self> {
        ALL.into_iter()
            .filter(|measure| only.is_empty() || only.iter().any(|name| name == measure.name))
    }
}
