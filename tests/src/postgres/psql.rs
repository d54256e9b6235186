//! Asks a Postgres server, by `psql`.

use std::io::Write;
use std::process::Stdio;

use super::{INSTALLATION, succeeded};

/// The name of the database that a URL of [`Cluster::create_database`](super::Cluster::create_database) leads to.
pub fn database_of(url: &str) -> &str {
    let (_, name) = url.rsplit_once('/').expect("a URL");
    name.split_once('?').map_or(name, |(name, _)| name)
}

/// Runs a psql script at a place, which is libpq's connection string or URL, and returns what it prints, one row a
/// line.
pub fn sql(place: &str, script: &str) -> String {
    try_sql(place, script).unwrap_or_else(|reason| panic!("{reason}"))
}

pub(super) fn try_sql(place: &str, script: &str) -> Result<String, String> {
    let mut psql = INSTALLATION.program("psql");
    psql.args([
        "--no-psqlrc",
        "--quiet",
        "--tuples-only",
        "--no-align",
        "--set=ON_ERROR_STOP=1",
        "--dbname",
        place,
    ])
    .current_dir("/")
    .stdin(Stdio::piped())
    .stdout(Stdio::piped())
    .stderr(Stdio::piped());
    let output = psql.spawn().and_then(|mut child| {
        if let Some(mut input) = child.stdin.take() {
            // One that cannot connect does not read it, and says why.
            let _ = input.write_all(script.as_bytes());
        }
        child.wait_with_output()
    });
    let output = succeeded(output, "psql")?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
