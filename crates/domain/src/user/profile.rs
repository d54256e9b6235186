//! What users show of themselves.

/// The longest icon, in bytes.
const MAX_ICON_BYTES: usize = 2_048;
/// The longest status, in characters.
const MAX_STATUS_CHARS: usize = 256;

/// A user's icon, usually the URL of a picture: at most 2,048 bytes, without NUL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Icon(Box<str>);

/// The text is not a valid icon.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("an icon must have at most 2,048 bytes and no NUL")]
pub struct InvalidIcon;

impl Icon {
    /// Parses an icon.
    ///
    /// # Errors
    /// [`InvalidIcon`] if it is longer than 2,048 bytes or contains NUL, which Postgres cannot store.
    pub fn parse(text: &str) -> Result<Self, InvalidIcon> {
        if text.len() > MAX_ICON_BYTES || text.contains('\0') {
            return Err(InvalidIcon);
        }
        Ok(Self(text.into()))
    }

    /// The icon as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A user's status line: at most 256 characters, without NUL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status(Box<str>);

/// The text is not a valid status.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("a status must have at most 256 characters and no NUL")]
pub struct InvalidStatus;

impl Status {
    /// Parses a status.
    ///
    /// # Errors
    /// [`InvalidStatus`] if it is longer than 256 characters or contains NUL, which Postgres cannot store.
    pub fn parse(text: &str) -> Result<Self, InvalidStatus> {
        if text.chars().nth(MAX_STATUS_CHARS).is_some() || text.contains('\0') {
            return Err(InvalidStatus);
        }
        Ok(Self(text.into()))
    }

    /// The status as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
