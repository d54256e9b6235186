//! Values that are not to be printed.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A token of a session. It cannot be printed, and is wiped from memory when its last copy is dropped.
///
/// A token that is a UUID is kept in lower case, as the server reads it in any case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(Arc<Text>);

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Zeroize, ZeroizeOnDrop)]
struct Text(String);

/// The length of a token that is a UUID.
const UUID_LENGTH: usize = 36;

impl Token {
    /// A token as it was received or stored; white space around it does not count. Any text will do: the server says what is
    /// a token.
    pub fn new(text: impl Into<String>) -> Self {
        let mut text = Text(text.into());
        if text.0.trim().len() < text.0.len() {
            text = Text(text.0.trim().to_owned());
        }
        if text.0.len() == UUID_LENGTH && Uuid::try_parse(&text.0).is_ok() {
            text.0.make_ascii_lowercase();
        }
        Self(Arc::new(text))
    }

    /// The token in plain text, to be stored or sent.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

/// A text that is no token of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a service's token begins with `azs_` and has letters, digits, `-` and `_` alone")]
pub struct NoServiceToken;

/// The token of a service, which `azuma service create` prints. It cannot be printed, and is wiped when dropped.
#[derive(Clone)]
pub struct ServiceToken(Arc<Text>);

impl ServiceToken {
    /// A token as `azuma service create` printed it; white space around it does not count.
    ///
    /// # Errors
    /// [`NoServiceToken`] if the text does not look like one.
    pub fn parse(text: impl Into<String>) -> Result<Self, NoServiceToken> {
        let text = Text(text.into());
        let token = text.0.trim();
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        match token.starts_with("azs_") && token.bytes().all(is_plain) {
            true => Ok(Self(Arc::new(Text(token.to_owned())))),
            false => Err(NoServiceToken),
        }
    }

    /// The token in plain text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0.0
    }
}

impl fmt::Debug for ServiceToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServiceToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_can_be_printed() {
        let token = Token::new("a6e2fd6c-9a22-4a36-9a25-1a2a4f0ad1f5");
        let service = ServiceToken::parse("azs_secret\n").unwrap();
        assert_eq!(format!("{token:?} {service:?}"), "Token(…) ServiceToken(…)");
        assert_eq!(service.expose(), "azs_secret");
    }

    #[test]
    fn more_than_a_token_is_no_token_of_a_service() {
        for text in [
            "",
            "chat",
            "name   chat\ntoken  azs_secret\n",
            "azs_s\u{feff}",
        ] {
            assert_eq!(ServiceToken::parse(text).unwrap_err(), NoServiceToken);
        }
    }

    #[test]
    fn white_space_around_a_token_does_not_count() {
        let stored = Token::new(" A6E2FD6C-9A22-4A36-9A25-1A2A4F0AD1F5\r\n");
        assert_eq!(stored, Token::new("a6e2fd6c-9a22-4a36-9a25-1a2a4f0ad1f5"));
        assert_eq!(Token::new("abc\n").expose(), "abc");
        assert_eq!(Token::new("a b").expose(), "a b");
    }

    #[test]
    fn the_spellings_of_a_uuid_are_one_token() {
        let upper = Token::new("A6E2FD6C-9A22-4A36-9A25-1A2A4F0AD1F5");
        assert_eq!(upper, Token::new("a6e2fd6c-9a22-4a36-9a25-1a2a4f0ad1f5"));
        assert_ne!(Token::new("Legacy"), Token::new("legacy"));
    }
}
