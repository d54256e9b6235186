//! User names.

use std::fmt;

use precis_profiles::{UsernameCaseMapped, UsernameCasePreserved};

use super::precis::{AtMost, enforce};

/// The longest name, in characters, after it is prepared by RFC 8265.
const MAX_CHARS: usize = 64;
/// The longest normalized name, in characters: a letter becomes at most three in lower case.
const MAX_NORMALIZED_CHARS: usize = 3 * MAX_CHARS;

/// A user's name: 1 to 64 characters, prepared by RFC 8265 `UsernameCasePreserved`.
///
/// It is displayed as its user writes it. Two names are the same if their [normalized](UserName::normalized) forms are
/// equal. Parsing either form again gives the same normalized form, unless that is longer than 64 characters: a letter may become
/// several in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserName {
    display: Box<str>,
    /// `None` if it equals `display`.
    normalized: Option<Box<str>>,
}

/// The text is not a valid user name.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("a user name must have 1 to 64 characters that RFC 8265 allows")]
pub struct InvalidUserName;

impl UserName {
    /// Parses a name.
    ///
    /// # Errors
    /// [`InvalidUserName`] if RFC 8265 forbids the name, or it is empty or longer than 64 characters.
    pub fn parse(text: &str) -> Result<Self, InvalidUserName> {
        let most = AtMost::Chars(MAX_CHARS);
        let display = enforce::<UsernameCasePreserved>(text, most).map_err(|_| InvalidUserName)?;
        let normalized = normalize(&display).ok_or(InvalidUserName)?;
        Ok(Self {
            normalized: (normalized != *display).then(|| normalized.into()),
            display: (*display).into(),
        })
    }

    /// The name as its user writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.display
    }

    /// The name in the form in which it is unique: RFC 8265 `UsernameCaseMapped`.
    #[must_use]
    pub fn normalized(&self) -> &str {
        self.normalized.as_deref().unwrap_or(&self.display)
    }
}

/// The normalized form of a name. `None` if normalizing it again would change it.
fn normalize(name: &str) -> Option<String> {
    let mapped = |text: &str| {
        // Unicode's toLowerCase handles a final sigma, which mapping letter by letter misses (RFC 8265 §3.3.2).
        let lower = text.to_lowercase();
        let most = AtMost::Chars(MAX_NORMALIZED_CHARS);
        let normalized = enforce::<UsernameCaseMapped>(&lower, most).ok()?;
        Some(normalized.into_owned())
    };
    let normalized = mapped(name)?;
    (normalized == name || mapped(&normalized)? == normalized).then_some(normalized)
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display)
    }
}
