//! An export of the first Azuma's users: what `mongoexport --collection users` writes, a document a line.

use std::io::BufRead;

use azuma_domain::ports::{
    SourceEntry, SourceError, SourceId, SourceUser, UnreadableEntry, UserSource,
};
use serde::Deserialize;

use super::lines::Lines;
use super::{LineSource, form_of};

const FIELDS: &str = "`_id`, `name`, `password`, `icon` and `status`";

/// Users of an export of the first Azuma.
pub struct LegacyExport<R>(LineSource<R>);

impl<R: BufRead> LegacyExport<R> {
    /// Reads an export.
    #[must_use]
    pub fn of(reader: R) -> Self {
        Self(LineSource {
            lines: Lines::of(reader),
            parse,
        })
    }
}

impl<R: BufRead + Send> UserSource for LegacyExport<R> {
    fn read(&mut self, most: usize) -> Result<Vec<SourceEntry>, SourceError> {
        self.0.read(most)
    }
}

/// A document. Fields that it has besides are left out.
#[derive(Deserialize)]
struct Document {
    #[serde(rename = "_id")]
    id: ObjectId,
    name: String,
    password: String,
    #[serde(default)]
    icon: Option<String>,
    #[serde(default)]
    status: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ObjectId {
    #[serde(rename = "$oid")]
    pub(super) digits: String,
}

fn parse(line: &str) -> Result<SourceUser, UnreadableEntry> {
    let document: Document = serde_json::from_str(line).map_err(|error| form_of(&error, FIELDS))?;
    Ok(SourceUser {
        id: SourceId::ObjectId(document.id.digits),
        name: document.name,
        email: None,
        password_hash: document.password,
        icon: document.icon,
        status: document.status,
        created_at: None,
    })
}
