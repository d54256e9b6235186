//! Where a page of events begins, as text that a client hands back.

use std::fmt;

use azuma_domain::Timestamp;
use azuma_domain::audit::{AuditEventId, EventPosition};
use uuid::Uuid;

/// A position as text. What it is made of is nobody else's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor(pub EventPosition);

impl Cursor {
    /// Reads a cursor back; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('-')?;
        let micros = i64::from_str_radix(at, 16).ok()?;
        let position = EventPosition {
            at: Timestamp::from_micros(micros),
            id: AuditEventId::new(Uuid::try_parse(id).ok()?),
        };
        Some(Self(position)).filter(|cursor| cursor.to_string() == text)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(EventPosition { at, id }) = self;
        write!(f, "{:x}-{}", at.micros(), id.uuid().simple())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_only_as_it_is_written() {
        let text = "5be99b9e5d6f7-ee8e77d9290e4bb984a1c2b7efb338df";
        assert_eq!(
            Cursor::parse(text)
                .map(|cursor| cursor.to_string())
                .as_deref(),
            Some(text)
        );
        for text in [
            "",
            "-",
            "5be99b9e5d6f7",
            "-1-ee8e77d9290e4bb984a1c2b7efb338df",
            "+5-ee8e77d9290e4bb984a1c2b7efb338df",
            "ffffffffffffffff-ee8e77d9290e4bb984a1c2b7efb338df",
            "5-ee8e77d9-290e-4bb9-84a1-c2b7efb338df",
        ] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }
}
