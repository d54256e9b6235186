//! The load bench: runs the release binary of Azuma under load, and says whether the figures reach their targets.
//!
//! Everything is started here: the servers, a Postgres cluster, and the *limit*, a bare actix-web handler which
//! shows what this machine could do at best. The servers have one core, the bench and Postgres the other.

mod bench;
mod cores;
mod database;
mod hashes;
mod load;
mod measures;
mod processes;
mod report;
mod statistics;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use bench::{Bench, Plan};
use measures::Measure;
use report::Report;

/// A result whose error is a text.
type Outcome<T> = Result<T, Box<dyn Error>>;

/// Measures the azuma binary that lies beside this one.
#[derive(Parser)]
struct Arguments {
    /// Run every measure in seconds: shows that the bench runs, and judges nothing.
    #[arg(long)]
    short: bool,
    /// Run this measure alone; may be given more than once.
    #[arg(long, value_name = "NAME", value_parser = measures::NAMES)]
    only: Vec<String>,
    /// Interleaved rounds of each measure.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: Option<u32>,
    /// Where the results go: `performance-results.md` and `performance.svg`.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(subcommand)]
    role: Option<Role>,
}

/// What the bench does when it starts itself as another process.
#[derive(Subcommand)]
enum Role {
    /// Hashes passwords, and prints how many a second.
    #[command(hide = true)]
    Hash {
        #[arg(long)]
        count: u32,
    },
    /// Inserts people, by their numbers, into a database.
    #[command(hide = true)]
    Insert { url: String, from: u32, to: u32 },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.role {
        Some(Role::Hash { count }) => hashes::run(*count).map(|()| true),
        Some(Role::Insert { url, from, to }) => database::insert(url, &(*from..*to)).map(|()| true),
        None => run(&arguments),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("azuma-load: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether everything could be measured and, in a full run, reaches its target.
fn run(arguments: &Arguments) -> Outcome<bool> {
    let bench = Bench::set_up(Plan::new(arguments.short, arguments.rounds))?;
    let mut report = Report::new(&bench)?;
    for measure in Measure::chosen(&arguments.only) {
        report.note_busy(bench.busy_without_us()?);
        eprintln!("== {}: {}", measure.name, measure.about);
        match (measure.run)(&bench) {
            Ok(findings) => report.add(findings),
            Err(error) => report.missing(measure.name, error.as_ref()),
        }
    }
    print!("{}", report.as_markdown());
    let directory = match &arguments.out {
        Some(directory) => directory.clone(),
        None => bench.default_out()?,
    };
    report.write(&directory)?;
    eprintln!("written to {}", directory.display());
    Ok(report.is_complete() && (arguments.short || report.holds()))
}
