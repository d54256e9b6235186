//! The keys tokens are derived with.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{ALPHANUMERIC_LENGTH, Generation, Token, TokenHash, TokenShape};
use crate::link::LinkId;
use crate::session::SessionId;

/// Base64 that is read with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Bytes from here up would favour the first letters of the alphabet, and are passed over.
const FAIR: u8 = 248;

/// 32 bytes that nobody else knows, padded to a block as HMAC does (RFC 2104 §2). Wiped when dropped; it cannot be
/// printed.
#[derive(Clone)]
pub struct SecretKey(Zeroizing<[u8; 64]>);

impl SecretKey {
    /// Reads a key written as base64, with or without padding; white space around it is passed over.
    ///
    /// # Errors
    /// [`MalformedSecretKey`] when it is not base64, or not of 32 bytes.
    pub fn parse(text: &str) -> Result<Self, MalformedSecretKey> {
        let decoded = BASE64.decode(text.trim_ascii()).map(Zeroizing::new);
        let decoded = decoded.map_err(|_| MalformedSecretKey)?;
        let bytes = <[u8; 32]>::try_from(decoded.as_slice()).map_err(|_| MalformedSecretKey)?;
        Ok(Self::from_bytes(bytes))
    }

    /// The key with these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let bytes = Zeroizing::new(bytes);
        let mut block = Zeroizing::new([0; 64]);
        block
            .iter_mut()
            .zip(bytes.iter())
            .for_each(|(to, from)| *to = *from);
        Self(block)
    }
}

/// The text is no secret key. What it is instead is not repeated: it may be a key with a typing error.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a secret key: 32 bytes in base64, as `openssl rand -base64 32` prints them")]
pub struct MalformedSecretKey;

/// Makes tokens, and makes them again: a token is a function of a key and the row it belongs to.
///
/// The current key makes new tokens. To make one again, every key is tried in turn, and the stored hash tells
/// which is right; a token whose key is gone still authenticates, it can only not be shown.
///
/// ```
/// use azuma_domain::session::SessionId;
/// use azuma_domain::token::{Generation, SecretKey, TokenKeys, TokenShape};
/// use uuid::Uuid;
///
/// let (old, new) = (SecretKey::from_bytes([1; 32]), SecretKey::from_bytes([2; 32]));
/// let (id, first) = (SessionId::new(Uuid::from_u128(7)), Generation::FIRST);
/// let token = TokenKeys::new(old.clone(), vec![]).session_token(id, first, TokenShape::Uuid);
/// let stored = token.hash();
///
/// // After the key was rotated the token is still made again from its row.
/// let rotated = TokenKeys::new(new, vec![old]);
/// let again = rotated.recover_session_token(id, first, TokenShape::Uuid, &stored);
/// assert_eq!(again.map(|token| token.expose().to_owned()).as_deref(), Some(token.expose()));
/// ```
#[derive(Clone)]
pub struct TokenKeys {
    current: SecretKey,
    previous: Vec<SecretKey>,
}

impl TokenKeys {
    /// Keys of which `current` makes new tokens, and `previous` made some before.
    #[must_use]
    pub fn new(current: SecretKey, previous: Vec<SecretKey>) -> Self {
        Self { current, previous }
    }

    /// The token of a session's generation, made with the current key.
    #[must_use]
    pub fn session_token(&self, id: SessionId, generation: Generation, shape: TokenShape) -> Token {
        Seed::session(id, generation).token(&self.current, shape)
    }

    /// The same token again, whichever key made it; `None` when that key is gone.
    #[must_use]
    pub fn recover_session_token(
        &self,
        id: SessionId,
        generation: Generation,
        shape: TokenShape,
        hash: &TokenHash,
    ) -> Option<Token> {
        self.recover(&Seed::session(id, generation), shape, hash)
    }

    /// The token of a mailed link, made with the current key.
    #[must_use]
    pub fn link_token(&self, id: LinkId) -> Token {
        Seed::link(id).token(&self.current, TokenShape::Uuid)
    }

    /// The same link's token again, whichever key made it; `None` when that key is gone.
    #[must_use]
    pub fn recover_link_token(&self, id: LinkId, hash: &TokenHash) -> Option<Token> {
        self.recover(&Seed::link(id), TokenShape::Uuid, hash)
    }

    fn recover(&self, seed: &Seed, shape: TokenShape, hash: &TokenHash) -> Option<Token> {
        std::iter::once(&self.current)
            .chain(&self.previous)
            .map(|key| seed.token(key, shape))
            .find(|token| token.hash() == *hash)
    }
}

/// What is signed: a label that keeps the kinds of token apart, an id, a number.
struct Seed {
    label: &'static [u8],
    id: Uuid,
    number: u32,
}

impl Seed {
    fn session(id: SessionId, generation: Generation) -> Self {
        Self {
            label: b"azuma session token",
            id: id.uuid(),
            number: generation.number(),
        }
    }

    fn link(id: LinkId) -> Self {
        Self {
            label: b"azuma mailed link",
            id: id.uuid(),
            number: 0,
        }
    }

    fn token(&self, key: &SecretKey, shape: TokenShape) -> Token {
        match shape {
            TokenShape::Uuid => {
                let [block, ..] = split(self.block(key, 0));
                Token::from_uuid(uuid::Builder::from_random_bytes(block).into_uuid())
            }
            TokenShape::Alphanumeric64 => {
                let letters = (0..)
                    .flat_map(|counter| self.block(key, counter))
                    .filter(|byte| *byte < FAIR)
                    .filter_map(|byte| ALPHABET.get(usize::from(byte) % ALPHABET.len()))
                    .take(ALPHANUMERIC_LENGTH);
                Token(letters.map(|letter| char::from(*letter)).collect())
            }
        }
    }

    /// The `counter`th 32 bytes of the stream: HMAC-SHA-256 in counter mode (NIST SP 800-108r1 §4.1).
    fn block(&self, key: &SecretKey, counter: u32) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new((&*key.0).into());
        mac.update(&counter.to_be_bytes());
        mac.update(self.label);
        mac.update(&[0]);
        mac.update(self.id.as_bytes());
        mac.update(&self.number.to_be_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// A block as two halves; a UUID takes the first.
fn split(block: [u8; 32]) -> [[u8; 16]; 2] {
    let mut halves = [[0; 16]; 2];
    for (half, bytes) in halves.iter_mut().zip(block.chunks_exact(16)) {
        half.copy_from_slice(bytes);
    }
    halves
}
