//! Users as `docs/import.md` describes them, a JSON object a line.

use std::io::BufRead;

use azuma_domain::Timestamp;
use azuma_domain::ports::{
    SourceEmail, SourceEntry, SourceError, SourceId, SourceProof, SourceUser, UnreadableEntry,
    UserSource,
};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::legacy::ObjectId;
use super::lines::Lines;
use super::{LineSource, form_of};

const FIELDS: &str = "`id`, `name`, `email`, `email_verified`, `email_verified_at`, `password_hash`, `icon`, `status` and \
                      `created_at`";

/// Users of a file.
pub struct JsonLines<R>(LineSource<R>);

impl<R: BufRead> JsonLines<R> {
    /// Reads a file.
    #[must_use]
    pub fn of(reader: R) -> Self {
        Self(LineSource {
            lines: Lines::of(reader),
            parse,
        })
    }
}

impl<R: BufRead + Send> UserSource for JsonLines<R> {
    fn read(&mut self, most: usize) -> Result<Vec<SourceEntry>, SourceError> {
        self.0.read(most)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Object {
    #[serde(default)]
    id: Option<Id>,
    name: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    email_verified: Option<bool>,
    #[serde(default, deserialize_with = "time")]
    email_verified_at: Option<Timestamp>,
    password_hash: String,
    #[serde(default)]
    icon: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default, deserialize_with = "time")]
    created_at: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Uuid(Uuid),
    ObjectId(ObjectId),
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let at = OffsetDateTime::parse(&text, &Rfc3339).map_err(|_| D::Error::custom("no time"))?;
    let micros = at.unix_timestamp_nanos() / 1_000;
    match i64::try_from(micros) {
        Ok(micros @ 0..) => Ok(Some(Timestamp::from_micros(micros))),
        Ok(_) | Err(_) => Err(D::Error::custom("a time before 1970")),
    }
}

fn parse(line: &str) -> Result<SourceUser, UnreadableEntry> {
    let object: Object = serde_json::from_str(line).map_err(|error| form_of(&error, FIELDS))?;
    Ok(SourceUser {
        id: match object.id {
            Some(Id::Uuid(id)) => SourceId::Uuid(id),
            Some(Id::ObjectId(id)) => SourceId::ObjectId(id.digits),
            None => SourceId::None,
        },
        email: email(
            object.email,
            object.email_verified,
            object.email_verified_at,
        )?,
        name: object.name,
        password_hash: object.password_hash,
        icon: object.icon,
        status: object.status,
        created_at: object.created_at,
    })
}

fn email(
    address: Option<String>,
    verified: Option<bool>,
    at: Option<Timestamp>,
) -> Result<Option<SourceEmail>, UnreadableEntry> {
    let contradiction = |text: &str| Err(UnreadableEntry::Form(text.to_owned()));
    let proof = match (verified, at) {
        (Some(true), None) => SourceProof::Proved,
        (Some(true) | None, Some(at)) => SourceProof::ProvedAt(at),
        (Some(false) | None, None) => SourceProof::Claimed,
        (Some(false), Some(_)) => {
            return contradiction(
                "`email_verified` is false, and `email_verified_at` says when it was",
            );
        }
    };
    match (address, proof) {
        (Some(address), proof) => Ok(Some(SourceEmail { address, proof })),
        (None, SourceProof::Claimed) => Ok(None),
        (None, SourceProof::Proved | SourceProof::ProvedAt(_)) => {
            contradiction("it says that an address is verified, and has none")
        }
    }
}
