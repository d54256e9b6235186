//! The results that are printed and written.

mod machine;
mod plot;
mod table;
mod unit;

use std::error::Error;
use std::fs;
use std::path::Path;

pub use unit::Unit;

use crate::Outcome;
use crate::bench::Bench;
use crate::statistics::Series;
use machine::Machine;

/// The target of a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reach {
    /// This or less.
    AtMost(f64),
    /// This or more.
    AtLeast(f64),
}

/// A line of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// What it is compared with; empty if it stands alone.
    pub against: String,
    /// The target of the median.
    pub reach: Reach,
    /// The unit of the numbers.
    pub unit: Unit,
    /// The figure of each round.
    pub rounds: Series,
}

/// A figure without a target, from which a row is derived.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What was measured.
    pub what: String,
    /// The unit of the numbers.
    pub unit: Unit,
    /// The figure of each round.
    pub rounds: Series,
}

/// What a measure found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// The figures that have a target.
    pub rows: Vec<Row>,
    /// The figures they are derived from.
    pub figures: Vec<Figure>,
}

/// The results of all measures.
#[derive(Debug)]
pub struct Report {
    machine: Machine,
    findings: Findings,
    missing: Vec<String>,
}

impl Reach {
    /// Whether a figure reaches the target.
    fn is_kept_by(self, figure: f64) -> bool {
        match self {
            Self::AtMost(most) => figure <= most,
            Self::AtLeast(least) => figure >= least,
        }
    }

    /// The figure as a share of what is allowed: 1 just reaches the target, and less is better.
    fn share(self, figure: f64) -> f64 {
        match self {
            Self::AtMost(most) => figure / most,
            Self::AtLeast(least) => least / figure,
        }
    }
}

impl Row {
    /// A figure with a target. `against` is empty if it stands alone.
    pub fn new(
        what: impl Into<String>,
        against: &str,
        reach: Reach,
        unit: Unit,
        rounds: Series,
    ) -> Self {
        Self {
            what: what.into(),
            against: against.to_owned(),
            reach,
            unit,
            rounds,
        }
    }

    /// Whether the median reaches the target.
    fn holds(&self) -> bool {
        self.reach.is_kept_by(self.rounds.median())
    }
}

impl Figure {
    /// A figure without a target.
    pub fn new(what: impl Into<String>, unit: Unit, rounds: Series) -> Self {
        Self {
            what: what.into(),
            unit,
            rounds,
        }
    }
}

impl Report {
    /// An empty report on this machine.
    pub fn new(bench: &Bench) -> Outcome<Self> {
        Ok(Self {
            machine: Machine::look(bench)?,
            findings: Findings::default(),
            missing: Vec::new(),
        })
    }

    /// Notes how busy others keep the cores, between two measures.
    pub fn note_busy(&mut self, busy: [f64; 2]) {
        self.machine.note_busy(busy);
    }

    /// Adds the result of a measure and prints it.
    pub fn add(&mut self, findings: Findings) {
        for row in &findings.rows {
            eprintln!("   {}", table::in_words(row));
        }
        self.findings.rows.extend(findings.rows);
        self.findings.figures.extend(findings.figures);
    }

    /// Notes that something could not be measured.
    pub fn missing(&mut self, measure: &str, reason: &dyn Error) {
        let missing = format!("`{measure}` could not be measured: {reason}");
        eprintln!("   {missing}");
        self.missing.push(missing);
    }

    /// Whether everything was measured.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }

    /// Whether every median reaches its target.
    pub fn holds(&self) -> bool {
        self.findings.rows.iter().all(Row::holds)
    }

    /// The tables.
    pub fn as_markdown(&self) -> String {
        table::markdown(&self.machine, &self.findings, &self.missing)
    }

    /// Writes tables and plot into a directory.
    pub fn write(&self, directory: &Path) -> Outcome<()> {
        fs::create_dir_all(directory)?;
        fs::write(directory.join("performance-results.md"), self.as_markdown())?;
        plot::write(&directory.join("performance.svg"), &self.findings.rows)
    }
}
