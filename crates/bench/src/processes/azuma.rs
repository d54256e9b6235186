//! Azuma with one HTTP worker and one hash thread.

use std::path::Path;
use std::process::Command;

use azuma_tests::server::variable;

use super::{Launch, free_address};
use crate::Outcome;
use crate::bench::Bench;

/// Any key will do: tokens of the bench are stored, not derived.
const SECRET_KEY: &str = "dGhlIGxvYWQgYmVuY2ggbmVlZHMgYSBrZXksIHRvby4=";

/// A node on a migrated database. What is not set here has its default.
pub fn azuma(bench: &Bench, database: &str) -> Outcome<Launch> {
    let address = free_address()?;
    let home = bench.directory("node");
    let mut command = command(bench, &home, database);
    for (key, value) in [
        ("http.listen", address.to_string().as_str()),
        ("http.workers", "1"),
        ("passwords.threads", "1"),
        ("abuse.enabled", "false"),
        ("secret_key", SECRET_KEY),
    ] {
        command.env(variable(key), value);
    }
    bench.cores().server.give(&mut command);
    Ok(Launch {
        command,
        address,
        path: "/",
        log: home.join("log"),
    })
}

/// Brings an empty database to the schema.
pub fn migrate(bench: &Bench, url: &str) -> Outcome<()> {
    let output = command(bench, &bench.directory("migration"), url)
        .arg("migrate")
        .output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("azuma migrate failed: {said}").into());
    }
    Ok(())
}

/// Makes a service, and answers its token. Nodes may run on the database.
pub fn create_service(bench: &Bench, url: &str) -> Outcome<String> {
    let output = command(bench, &bench.directory("service"), url)
        .env(variable("secret_key"), SECRET_KEY)
        .args(["service", "create", "bench"])
        .output()?;
    let said = String::from_utf8(output.stdout)?;
    let token = said
        .split_whitespace()
        .find(|word| word.starts_with("azs_"));
    match token {
        Some(token) => Ok(token.to_owned()),
        None => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(format!("azuma service create failed: {said}").into())
        }
    }
}

fn command(bench: &Bench, home: &Path, database: &str) -> Command {
    let mut command = Command::new(bench.program("azuma"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AZUMA_") {
            command.env_remove(name);
        }
    }
    command
        .env(variable("database.url"), database)
        .current_dir(home);
    command
}
