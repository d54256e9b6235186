use std::error::Error;

use super::print;
use crate::config::Config;

/// `azuma config`: prints the settings in force.
pub fn run(config: &Config) -> Result<(), Box<dyn Error>> {
    Ok(print(&config.to_masked_toml())?)
}
