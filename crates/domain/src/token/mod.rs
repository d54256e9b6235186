//! Tokens, the hashes by which a store finds them, and the keys that derive them from stored rows.

mod keys;
#[cfg(test)]
mod tests;

use std::fmt;

use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use keys::{KeyPlace, MalformedSecretKey, SecretKey, TokenKeys};

/// The length of an [`Alphanumeric64`](TokenShape::Alphanumeric64) token.
const ALPHANUMERIC_LENGTH: usize = 64;
/// The length of a hyphenated UUID.
const UUID_LENGTH: usize = 36;

/// The format of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenShape {
    /// A version 4 UUID, hyphenated, lower case (seeds 000 and 003 in `docs/api/seeds/`).
    Uuid,
    /// 64 characters of `[A-Za-z0-9]` (seed 002 in `docs/api/seeds/`).
    Alphanumeric64,
}

/// The token of a session or a link, in clear. It has no `Debug` and no `Display`, so nobody prints it by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// The text does not have the format of a token.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a token must be a hyphenated UUID or 64 alphanumeric characters")]
pub struct MalformedToken;

impl Token {
    /// Parses a token of either shape. A UUID may be in upper case.
    ///
    /// # Errors
    /// [`MalformedToken`] if the text has neither shape.
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, MalformedToken> {
        let text = text.as_ref();
        match text.len() {
            UUID_LENGTH => Uuid::try_parse_ascii(text)
                .map(Self::from_uuid)
                .map_err(|_| MalformedToken),
            ALPHANUMERIC_LENGTH if text.iter().all(u8::is_ascii_alphanumeric) => {
                Ok(Self(text.iter().copied().map(char::from).collect()))
            }
            _ => Err(MalformedToken),
        }
    }

    fn from_uuid(uuid: Uuid) -> Self {
        let text = &mut Uuid::encode_buffer();
        Self(uuid.hyphenated().encode_lower(text).to_owned())
    }

    /// The token in clear, only for its owner.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The hash by which the token is found.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(self.0.as_bytes())
    }
}

/// The SHA-256 of a token, or of an invitation's code. A store finds them by it. It is not a credential.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash of a secret.
    pub(crate) fn of(secret: &[u8]) -> Self {
        Self(Sha256::digest(secret).into())
    }

    /// The hash with these bytes, from a store.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(..)")
    }
}

/// The place of a token among its session's tokens. The first is 0; each refresh issues the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(u32);

impl Generation {
    /// The generation of a session's first token.
    pub const FIRST: Self = Self(0);

    /// The generation with this number.
    #[must_use]
    pub fn new(number: u32) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }

    /// The generation after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}
