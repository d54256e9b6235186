//! The history of what ended or changed.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::ids::{SessionId, UserId};

/// A place in a server's history: `<number>-<mark>`. Of two places in one history the one with the larger number is later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    number: u64,
    text: Arc<str>,
}

/// A text that is no position.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("a position is a number, a hyphen and hexadecimal digits")]
pub struct NoPosition;

impl Position {
    /// How many changes precede it.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }
}

impl FromStr for Position {
    type Err = NoPosition;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, mark) = text.split_once('-').ok_or(NoPosition)?;
        // It becomes part of a URL.
        let is_mark = mark.len() <= 128 && mark.bytes().all(|byte| byte.is_ascii_alphanumeric());
        match is_mark {
            true => Ok(Self {
                number: number.parse().map_err(|_| NoPosition)?,
                text: text.into(),
            }),
            false => Err(NoPosition),
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

/// What happened after a position.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Changes {
    /// Where the history was read to: ask again after it.
    pub position: Position,
    /// In the order of commits, at most [`MOST_CHANGES`](super::MOST_CHANGES).
    #[serde(default)]
    pub changes: Vec<Change>,
    /// Whether everything that is known must be forgotten, because what happened in between cannot be told.
    #[serde(default)]
    pub start_over: bool,
}

/// Something that ended or changed.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Change {
    /// What.
    pub kind: Kind,
    /// Whose.
    pub user: UserId,
    /// Of which session, where it is one.
    #[serde(default)]
    pub session: Option<SessionId>,
}

/// What happened.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// A session has a new token, and lives on.
    SessionChanged,
    /// A session ended.
    SessionEnded,
    /// Some or all sessions of the user ended.
    SessionsEnded,
    /// The user has another name, address, icon or status.
    UserChanged,
    /// An operator disabled the user, whose sessions ended.
    UserDisabled,
    /// The user is gone.
    UserDeleted,
    /// Anything of this user; also whatever this release does not know.
    #[serde(other)]
    Changed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_a_number_and_a_mark() {
        let position: Position = "17-00ff".parse().unwrap();
        assert_eq!(
            (position.number(), position.to_string()),
            (17, "17-00ff".to_owned())
        );
        for text in ["", "17", "-ff", "x-ff", "17-f&f", "-1-ff"] {
            assert_eq!(text.parse::<Position>(), Err(NoPosition), "{text}");
        }
    }

    #[test]
    fn what_a_later_release_tells_is_a_change_of_its_user() {
        let body = r#"{"position": "3-ff", "changes": [
            {"number": 2, "kind": "session_ended", "user": "018f0000-0000-7000-8000-000000000001",
             "session": "018f0000-0000-7000-8000-000000000002"},
            {"number": 3, "kind": "moon_landed", "user": "018f0000-0000-7000-8000-000000000001"}]}"#;
        let changes: Changes = serde_json::from_str(body).unwrap();
        let kinds: Vec<_> = changes.changes.iter().map(|change| change.kind).collect();
        assert_eq!(kinds, [Kind::SessionEnded, Kind::Changed]);
    }
}
