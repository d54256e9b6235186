//! User names.

use std::fmt;

use precis_profiles::{UsernameCaseMapped, UsernameCasePreserved};

use super::precis::{AtMost, enforce};

/// The longest name, in characters, after RFC 8265 has been applied.
const MAX_CHARS: usize = 64;
/// The longest key, in characters: a letter has three at the most in lower case.
const MAX_KEY_CHARS: usize = 3 * MAX_CHARS;

/// A user's name: 1 to 64 characters, prepared by RFC 8265 `UsernameCasePreserved`.
///
/// Shown as written; two names are the same name when their [keys](UserName::key) are equal. Parsed again it is the same,
/// and so is its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserName {
    written: Box<str>,
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
        let most = AtMost::Chars(MAX_CHARS);
        let written = enforce::<UsernameCasePreserved>(text, most).map_err(|_| InvalidUserName)?;
        let key = key_of(&written).ok_or(InvalidUserName)?;
        Ok(Self {
            key: (key != *written).then(|| key.into()),
            written: (*written).into(),
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

/// What a name is unique by. `None` where that would have another key than itself.
fn key_of(name: &str) -> Option<String> {
    let mapped = |text: &str| {
        // Unicode's toLowerCase knows a final sigma, which letter by letter is missed (RFC 8265 §3.3.2).
        let lower = text.to_lowercase();
        let key = enforce::<UsernameCaseMapped>(&lower, AtMost::Chars(MAX_KEY_CHARS)).ok()?;
        Some(key.into_owned())
    };
    let key = mapped(name)?;
    (key == name || mapped(&key)? == key).then_some(key)
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}
