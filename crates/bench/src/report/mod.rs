//! What is printed and written in the end.

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

/// What a figure is to be.
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
    /// What it is compared with; empty, where it stands alone.
    pub against: String,
    /// What is promised of the median.
    pub reach: Reach,
    /// What the numbers are.
    pub unit: Unit,
    /// The figure of each round.
    pub rounds: Series,
}

/// A figure that nothing is promised of, but that a row follows from.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What was measured.
    pub what: String,
    /// What the numbers are.
    pub unit: Unit,
    /// The figure of each round.
    pub rounds: Series,
}

/// What a measure found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// What is promised.
    pub rows: Vec<Row>,
    /// What it follows from.
    pub figures: Vec<Figure>,
}

/// All that was found.
#[derive(Debug)]
pub struct Report {
    machine: Machine,
    findings: Findings,
    missing: Vec<String>,
}

impl Reach {
    /// Whether a figure gets there.
    fn is_kept_by(self, figure: f64) -> bool {
        match self {
            Self::AtMost(most) => figure <= most,
            Self::AtLeast(least) => figure >= least,
        }
    }

    /// How much of what is allowed a figure takes up: 1 is just enough, less is better.
    fn share(self, figure: f64) -> f64 {
        match self {
            Self::AtMost(most) => figure / most,
            Self::AtLeast(least) => least / figure,
        }
    }
}

impl Row {
    /// A figure with a promise. `against` is empty where it stands alone.
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

    /// Whether the median is what is promised.
    fn holds(&self) -> bool {
        self.reach.is_kept_by(self.rounds.median())
    }
}

impl Figure {
    /// A figure without.
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

    /// Adds what a measure found, and tells of it.
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

    /// Whether everything is as promised.
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
