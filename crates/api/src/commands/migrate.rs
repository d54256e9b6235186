use std::error::Error;

use super::print;
use crate::config::Config;
use crate::wiring;

/// `azuma migrate`: brings the database to this version's schema.
pub fn run(config: &Config) -> Result<(), Box<dyn Error>> {
    let applied = wiring::migrate_database(config)?;
    for name in &applied {
        print(&format!("applied {name}\n"))?;
    }
    if applied.is_empty() {
        print("nothing to apply\n")?;
    }
    Ok(())
}
