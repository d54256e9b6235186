use std::error::Error;
use std::io::Write;

use crate::config::Config;
use crate::wiring;

/// `azuma migrate`: brings the database to this version's schema.
pub fn run(config: &Config) -> Result<(), Box<dyn Error>> {
    let applied = wiring::migrate_database(config)?;
    let mut out = std::io::stdout();
    for name in &applied {
        writeln!(out, "applied {name}")?;
    }
    if applied.is_empty() {
        writeln!(out, "nothing to apply")?;
    }
    Ok(())
}
