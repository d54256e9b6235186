//! User names.

use std::fmt;

use precis_profiles::{UsernameCaseMapped, UsernameCasePreserved};

use super::ShortText;
use super::precis::enforce;

/// The longest name, in characters, after RFC 8265 has been applied.
const MAX_CHARS: usize = 64;

/// A user's name: 1 to 64 characters, prepared by RFC 8265 `UsernameCasePreserved`.
///
/// Shown as written; two names are the same name when their [keys](UserName::key) are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserName {
    written: ShortText,
    /// `None` where the name is its own.
    key: Option<Box<str>>,
}

/// The text is no user name.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a user name: 1 to 64 characters that RFC 8265 allows")]
pub struct InvalidUserName;

impl UserName {
    /// Reads a name.
    ///
    /// # Errors
    /// [`InvalidUserName`] when RFC 8265 forbids it or it has no or more than 64 characters.
    pub fn parse(text: &str) -> Result<Self, InvalidUserName> {
        let written = enforce::<UsernameCasePreserved>(text).map_err(|_| InvalidUserName)?;
        if written.is_empty() || written.chars().count() > MAX_CHARS {
            return Err(InvalidUserName);
        }
        // Unicode's toLowerCase knows a final sigma, which letter by letter is missed (RFC 8265 §3.3.2).
        let lower = written.to_lowercase();
        let key = enforce::<UsernameCaseMapped>(&lower).map_err(|_| InvalidUserName)?;
        Ok(Self {
            key: (key != written).then(|| key.into()),
            written: written.as_ref().into(),
        })
    }

    /// The name as its user writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// What the name is unique by: RFC 8265 `UsernameCaseMapped`.
    #[must_use]
    pub fn key(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.written)
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}
