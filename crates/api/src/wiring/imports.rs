//! Imports of users from other systems.

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, stdin};
use std::sync::Arc;

use azuma_domain::ports::UserSource;
use azuma_domain::services::UserImport;
use azuma_infra::clock::SystemClock;
use azuma_infra::store::DatabaseUrl;
use azuma_infra::user_sources::azumaneo::Azumaneo;
use azuma_infra::user_sources::json_lines::JsonLines;
use azuma_infra::user_sources::legacy::LegacyExport;

use super::operator::store_beside_a_server;
use crate::cli::ImportFrom;
use crate::config::Config;

/// What stands for standard input in place of a file.
const STANDARD_INPUT: &str = "-";

/// The operator's import.
pub fn user_import(config: &Config) -> Result<UserImport, Box<dyn Error>> {
    let store = store_beside_a_server(config)?;
    Ok(UserImport::new(store, Arc::new(SystemClock)))
}

/// The users that are imported.
pub fn user_source(from: ImportFrom, source: &str) -> Result<Box<dyn UserSource>, Box<dyn Error>> {
    Ok(match from {
        ImportFrom::Azumaneo => {
            let url = DatabaseUrl::parse(source).map_err(|error| format!("the URL {error}"))?;
            Box::new(Azumaneo::open(&url)?)
        }
        ImportFrom::Legacy => Box::new(LegacyExport::of(file(source)?)),
        ImportFrom::JsonLines => Box::new(JsonLines::of(file(source)?)),
    })
}

fn file(path: &str) -> Result<Box<dyn BufRead + Send>, String> {
    if path == STANDARD_INPUT {
        return Ok(Box::new(BufReader::new(stdin())));
    }
    let file = File::open(path).map_err(|error| format!("{path} cannot be read: {error}"))?;
    Ok(Box::new(BufReader::new(file)))
}
