//! Users of other systems, to be imported.
//!
//! | module | reads |
//! |---|---|
//! | [`azumaneo`] | the Postgres database of azumaneo |
//! | [`legacy`] | an export of the first Azuma's MongoDB |
//! | [`json_lines`] | the format of `docs/import.md` |
//! | `lines` | lines of a bounded length |

pub mod azumaneo;
pub mod json_lines;
pub mod legacy;
mod lines;
#[cfg(test)]
mod tests;

use std::io::BufRead;

use azuma_domain::ports::{SourceEntry, SourceError, SourcePlace, SourceUser, UnreadableEntry};
use serde_json::error::Category;

use lines::Lines;

/// Users of a file, of which each has a line.
struct LineSource<R> {
    lines: Lines<R>,
    parse: fn(&str) -> Result<SourceUser, UnreadableEntry>,
}

impl<R: BufRead> LineSource<R> {
    fn read(&mut self, most: usize) -> Result<Vec<SourceEntry>, SourceError> {
        let mut entries = Vec::new();
        while entries.len() < most {
            let next = self.lines.next();
            let Some(line) = next.map_err(|error| SourceError(error.into()))? else {
                break;
            };
            entries.push(SourceEntry {
                place: SourcePlace::Line(line.number),
                user: line.text.and_then(|text| (self.parse)(&text)),
            });
        }
        Ok(entries)
    }
}

/// What is wrong with a line, without anything of what it holds.
fn form_of(error: &serde_json::Error, fields: &str) -> UnreadableEntry {
    let (column, text) = (error.column(), error.to_string());
    UnreadableEntry::Form(match error.classify() {
        Category::Io | Category::Syntax | Category::Eof => {
            format!("it is no JSON object (column {column})")
        }
        Category::Data if text.starts_with("missing field") => {
            text.split(" at line").next().unwrap_or_default().to_owned()
        }
        Category::Data if text.starts_with("unknown field") => {
            format!("it has an unknown field (column {column}); the fields are {fields}")
        }
        Category::Data if text.starts_with("duplicate field") => {
            format!("it has a field twice (column {column})")
        }
        Category::Data => format!("a field has a wrong type or value (column {column})"),
    })
}
