//! Tells what is impossible in histories that were kept, and draws them.

#![allow(clippy::print_stdout, reason = "this is a program for a terminal")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use azuma_checker::{History, check, draw};
use clap::Parser;

/// How many impossible things of a history are printed.
const PRINTED: usize = 20;

/// Tells what is impossible in histories, which are files of JSON. Exits with 1 if anything is, and with 2 if a file cannot
/// be read.
#[derive(Parser)]
#[command(name = "azuma-check")]
struct Arguments {
    /// The histories.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Draws the history, which must be the only one, as a page that a browser shows.
    #[arg(long, value_name = "FILE.html")]
    draw: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.draw.is_some() && arguments.files.len() > 1 {
        println!("a page holds one history: give one file");
        return ExitCode::from(2);
    }
    let mut is_possible = true;
    for file in &arguments.files {
        match look_at(file, arguments.draw.as_deref()) {
            Ok(found) => is_possible &= found == 0,
            Err(error) => {
                println!("{error}");
                return ExitCode::from(2);
            }
        }
    }
    match is_possible {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Answers how many things are impossible.
fn look_at(file: &Path, page: Option<&Path>) -> Result<usize, String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let text = fs::read_to_string(file).map_err(|error| told(&error))?;
    let history: History = serde_json::from_str(&text).map_err(|error| told(&error))?;
    let violations = check(&history);
    let events = history.events.len();
    println!(
        "{}: {events} events, {} impossible",
        file.display(),
        violations.len()
    );
    for violation in violations.iter().take(PRINTED) {
        println!("  {violation}");
    }
    if violations.len() > PRINTED {
        println!("  and so on; `--draw` shows all");
    }
    if let Some(page) = page {
        fs::write(page, draw(&history, &violations))
            .map_err(|error| format!("{}: {error}", page.display()))?;
        println!("  drawn: {}", page.display());
    }
    Ok(violations.len())
}
