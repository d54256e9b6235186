//! `azuma completions`: prints what a shell completes the commands by.

use std::error::Error;

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use super::print;
use crate::cli::Cli;

/// Prints it.
pub fn run(shell: Shell) -> Result<(), Box<dyn Error>> {
    let mut script = Vec::new();
    generate(
        shell,
        &mut <Cli as CommandFactory>::command(),
        "azuma",
        &mut script,
    );
    Ok(print(&String::from_utf8(script)?)?)
}
