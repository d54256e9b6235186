//! `azuma man`: writes the manual pages.

use std::error::Error;
use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::print;
use crate::cli::Cli;

/// Writes them.
pub fn run(directory: &Path) -> Result<(), Box<dyn Error>> {
    let pages = pages()?;
    for (name, page) in &pages {
        let path = directory.join(name);
        let written = fs::write(&path, page);
        written.map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    }
    Ok(print(&format!("wrote {} manual pages\n", pages.len()))?)
}

/// The page of each command, with the name of its file.
fn pages() -> Result<Vec<(String, Vec<u8>)>, std::io::Error> {
    let mut cli = <Cli as CommandFactory>::command().disable_help_subcommand(true);
    cli.build();
    let mut pages = Vec::new();
    add(&cli, &mut pages)?;
    Ok(pages)
}

fn add(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) -> Result<(), std::io::Error> {
    let man = Man::new(command.clone())
        .source(concat!("azuma ", env!("CARGO_PKG_VERSION")))
        .manual("Azuma");
    let mut page = Vec::new();
    man.render(&mut page)?;
    pages.push((man.get_filename(), page));
    command
        .get_subcommands()
        .try_for_each(|task| add(task, pages))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A command and all below it, built as the binary builds them.
    fn all(command: &Command) -> Vec<Command> {
        let below = command.get_subcommands().flat_map(all);
        std::iter::once(command.clone()).chain(below).collect()
    }

    fn commands() -> Vec<Command> {
        let mut cli = <Cli as CommandFactory>::command().disable_help_subcommand(true);
        cli.build();
        all(&cli)
    }

    #[test]
    fn every_command_has_a_page_of_its_own() {
        let pages = pages().unwrap();
        let mut names: Vec<_> = pages.iter().map(|(name, _)| name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), commands().len());
        for (name, page) in &pages {
            let page = str::from_utf8(page).unwrap();
            assert!(page.contains(".SH SYNOPSIS"), "{name}: {page}");
            assert!(page.contains("Azuma"), "{name}: {page}");
        }
    }

    #[test]
    fn every_command_and_every_argument_says_what_it_is_for() {
        for command in commands() {
            let name = command.get_display_name().unwrap_or(command.get_name());
            assert!(command.get_about().is_some(), "{name}");
            for argument in command.get_arguments() {
                assert!(
                    argument.get_help().is_some(),
                    "{name}: {}",
                    argument.get_id()
                );
            }
        }
    }
}
