//! `azuma`'s own commands, beside the servers.

use azuma_tests::fault::Fault;
use azuma_tests::server::Setup;

use super::super::strike::{Part, Strike};

/// The commands that change nothing of what clients see.
const COMMANDS: [&[&str]; 3] = [&["mail", "list"], &["migrate"], &["config"]];

/// Somebody runs commands on the servers' database, again and again.
pub fn commands_beside(setup: &Setup) -> Strike {
    let setup = setup.clone();
    Strike::new("commands are run", Part::Commands, move || {
        let mut commands = COMMANDS.iter().cycle();
        Fault::repeating(move || {
            let command = commands.next().expect("one after the other");
            let finished = setup.run(command);
            if !finished.status.success() {
                // Something else may be broken as well. That is said in one sentence.
                finished.complaint();
            }
        })
    })
}
