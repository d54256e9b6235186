//! The bare handler that Azuma is compared with.

use std::process::Command;

use super::{Launch, free_address};
use crate::Outcome;
use crate::bench::Bench;

/// A server that answers the same to everybody, on one worker.
pub fn limit(bench: &Bench) -> Outcome<Launch> {
    let address = free_address()?;
    let home = bench.directory("limit");
    let mut command = Command::new(bench.program("azuma-limit"));
    command.arg(address.to_string()).current_dir(&home);
    bench.cores().server.give(&mut command);
    Ok(Launch {
        command,
        address,
        path: "/user/self",
        log: home.join("log"),
    })
}
