//! Tokens: what a client holds, what a store finds it by, and the keys that make one from the other's row.

mod keys;
#[cfg(test)]
mod tests;

use std::fmt;

use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use keys::{MalformedSecretKey, SecretKey, TokenKeys};

/// The length of an [`Alphanumeric64`](TokenShape::Alphanumeric64) token.
const ALPHANUMERIC_LENGTH: usize = 64;
/// The length of a hyphenated UUID.
const UUID_LENGTH: usize = 36;

/// How a token is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenShape {
    /// A version 4 UUID, hyphenated, lower case (seeds 000 and 003 in `docs/api/seeds/`).
    Uuid,
    /// 64 characters of `[A-Za-z0-9]` (seed 002 in `docs/api/seeds/`).
    Alphanumeric64,
}

/// A session's or a link's token, in clear. It cannot be printed by accident: no `Debug`, no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// The text has neither shape of a token.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a token: a hyphenated UUID or 64 alphanumeric characters")]
pub struct MalformedToken;

impl Token {
    /// Reads a token of either shape; a UUID in any case.
    ///
    /// # Errors
    /// [`MalformedToken`] for everything else.
    pub fn parse(text: &str) -> Result<Self, MalformedToken> {
        match text.len() {
            UUID_LENGTH => Uuid::try_parse(text)
                .map(Self::from_uuid)
                .map_err(|_| MalformedToken),
            ALPHANUMERIC_LENGTH if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(MalformedToken),
        }
    }

    fn from_uuid(uuid: Uuid) -> Self {
        let text = &mut Uuid::encode_buffer();
        Self(uuid.hyphenated().encode_lower(text).to_owned())
    }

    /// The token in clear, to hand to its owner alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What the token is found by.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_bytes()).into())
    }
}

/// SHA-256 of a token. It finds a session and authenticates nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash with these bytes, as a store kept them.
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

/// Which of a session's tokens: 0 is the first, and each refresh makes the next.
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

    /// Its number.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}
