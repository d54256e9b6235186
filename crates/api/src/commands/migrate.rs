use std::error::Error;

use crate::config::Config;
use crate::wiring;

/// `azuma migrate`: brings the database to this version's schema.
pub fn run(config: &Config) -> Result<(), Box<dyn Error>> {
    let applied = wiring::migrate_database(config)?;
    for name in &applied {
        println!("applied {name}");
    }
    if applied.is_empty() {
        println!("nothing to apply");
    }
    Ok(())
}
