//! Services: programs, such as a chat server, that ask whose a session is.
//!
//! A service is no user. It has a name and tokens of its own, which the three dialects refuse, as the service's API refuses
//! the tokens of users.

mod token;

use crate::Timestamp;
use crate::id::id;

pub use token::{MalformedServiceToken, ServiceToken};

/// The longest name, in characters.
const MAX_NAME: usize = 64;

id! {
    /// Identifies a service. It is not a credential.
    ServiceId
}

/// The name of a service: 1 to 64 of `a` to `z`, digits, `-`, `_` and `.`, of which the first is a letter or a digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceName(String);

/// The text is no name of a service.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "the name of a service has 1 to 64 of a to z, digits, `-`, `_` and `.`, and begins with a letter or a digit"
)]
pub struct InvalidServiceName;

impl ServiceName {
    /// Parses a name.
    ///
    /// # Errors
    /// [`InvalidServiceName`] if the text is none.
    pub fn parse(text: &str) -> Result<Self, InvalidServiceName> {
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let is_fine = text.len() <= MAX_NAME
            && text.bytes().next().is_some_and(is_letter)
            && text
                .bytes()
                .all(|byte| is_letter(byte) || b"-_.".contains(&byte));
        match is_fine {
            true => Ok(Self(text.to_owned())),
            false => Err(InvalidServiceName),
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A service. A revoked one is a deleted row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// Its name, which no other service has.
    pub name: ServiceName,
    /// When it was created.
    pub created_at: Timestamp,
}

/// A service as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedService {
    /// The service.
    pub service: Service,
    /// When its newest token was made.
    pub token_made_at: Timestamp,
    /// When the last of its earlier tokens stops to work; `None` if none works.
    pub earlier_until: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_lower_case() {
        for name in ["chat", "7", "chat-2.example_org", &"a".repeat(64)] {
            assert_eq!(
                ServiceName::parse(name).map(|name| name.0),
                Ok(name.to_owned())
            );
        }
        for text in [
            "",
            "Chat",
            "-chat",
            ".",
            "chat:2",
            "chat 2",
            "chät",
            &"a".repeat(65),
        ] {
            assert_eq!(ServiceName::parse(text), Err(InvalidServiceName), "{text}");
        }
    }
}
