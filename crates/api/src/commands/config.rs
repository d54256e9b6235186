use std::error::Error;
use std::io::Write;

use crate::config::Config;

/// `azuma config`: prints the settings in force.
pub fn run(config: &Config) -> Result<(), Box<dyn Error>> {
    Ok(std::io::stdout().write_all(config.to_masked_toml().as_bytes())?)
}
