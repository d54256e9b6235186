//! Runs the plans of many seeds, and shows the least of each that fails.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "this is a program for a terminal"
)]

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use azuma_simulation::plan::Plan;
use azuma_simulation::{Failure, try_seeds};
use clap::Parser;

/// Simulates nodes, clients and faults, and checks what clients were answered.
#[derive(Parser)]
struct Arguments {
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many seeds.
    #[arg(long, default_value_t = 1)]
    histories: u64,
    /// A plan to run instead, as JSON.
    #[arg(long)]
    plan: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let failures = match &arguments.plan {
        Some(path) => {
            let text = fs::read_to_string(path).expect("the plan can be read");
            let plan: Plan = serde_json::from_str(&text).expect("the file holds a plan");
            Failure::of(&plan).into_iter().collect()
        }
        None => try_seeds(arguments.seed..arguments.seed + arguments.histories),
    };
    for failure in &failures {
        let drawing = failure.keep().expect("the history can be kept");
        println!("{failure}  drawn: {}", drawing.display());
    }
    println!("{} of the histories are impossible", failures.len());
    match failures.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
