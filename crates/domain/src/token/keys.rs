//! The keys that derive tokens.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{ALPHANUMERIC_LENGTH, Generation, Token, TokenHash, TokenShape};
use crate::factor::{Factor, FactorSalt, FactorSecret};
use crate::link::LinkId;
use crate::session::{SessionId, SessionToken};
use crate::user::UserId;

/// Base64, decoded with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Bytes from here on are skipped, because they would favour the first letters of the alphabet.
const FAIR: u8 = 248;

/// A secret of 32 bytes, padded to a block as HMAC does (RFC 2104 §2). It is wiped when dropped and cannot be printed.
#[derive(Clone)]
pub struct SecretKey(Zeroizing<[u8; 64]>);

impl SecretKey {
    /// Parses a key in base64, with or without padding. Surrounding white space is ignored.
    ///
    /// # Errors
    /// [`MalformedSecretKey`] if the text is not base64 or does not decode to 32 bytes.
    pub fn parse(text: &str) -> Result<Self, MalformedSecretKey> {
        let decoded = BASE64.decode(text.trim_ascii()).map(Zeroizing::new);
        let decoded = decoded.map_err(|_| MalformedSecretKey)?;
        let bytes = <[u8; 32]>::try_from(decoded.as_slice()).map_err(|_| MalformedSecretKey)?;
        Ok(Self::from_bytes(bytes))
    }

    /// A text by which to recognise the key, and nothing else: 16 hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut mac = Hmac::<Sha256>::new((&*self.0).into());
        mac.update(b"azuma key fingerprint\0");
        let [first, ..] = split(mac.finalize().into_bytes().into());
        let digits = u128::from_be_bytes(first) >> 64;
        format!("{digits:016x}")
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

/// The text is not a secret key. The error does not repeat the text, which may be a key with a typing error.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a secret key must be 32 bytes in base64, as `openssl rand -base64 32` prints them")]
pub struct MalformedSecretKey;

/// Which of [`TokenKeys`]: the current one has the first place, and the previous ones follow in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyPlace(usize);

impl KeyPlace {
    /// The place of the current key.
    pub const CURRENT: Self = Self(0);

    /// How many keys come before.
    #[must_use]
    pub fn index(self) -> usize {
        self.0
    }
}

/// Derives tokens. A token is a function of a key and the row it belongs to, so it can be derived again.
///
/// The current key derives new tokens. To derive a token again, every key is tried in turn until the stored hash
/// matches. A token whose key is gone still authenticates, but it cannot be shown.
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
    /// Keys of which `current` derives new tokens; `previous` keys have derived older ones.
    #[must_use]
    pub fn new(current: SecretKey, previous: Vec<SecretKey>) -> Self {
        Self { current, previous }
    }

    /// The fingerprints of the keys, in the order of their places.
    #[must_use]
    pub fn fingerprints(&self) -> Vec<String> {
        self.all().map(SecretKey::fingerprint).collect()
    }

    /// The key that derived the token with this hash; `None` if it is not one of these.
    #[must_use]
    pub fn key_of_session_token(
        &self,
        token: &SessionToken,
        shape: TokenShape,
    ) -> Option<KeyPlace> {
        let seed = Seed::session(token.session_id, token.generation);
        self.place(|key| seed.token(key, shape).hash() == token.hash)
    }

    /// The key that derived the link with this hash; `None` if it is not one of these.
    #[must_use]
    pub fn key_of_link(&self, id: LinkId, hash: &TokenHash) -> Option<KeyPlace> {
        let seed = Seed::link(id);
        self.place(|key| seed.token(key, TokenShape::Uuid).hash() == *hash)
    }

    /// The key that derived the secret of a user's factor; `None` if it is not one of these.
    #[must_use]
    pub fn key_of_factor(&self, user_id: UserId, factor: &Factor) -> Option<KeyPlace> {
        self.place(|key| factor_secret(key, user_id, factor.salt).hash() == factor.secret_hash)
    }

    fn place(&self, is_it: impl Fn(&SecretKey) -> bool) -> Option<KeyPlace> {
        self.all().position(is_it).map(KeyPlace)
    }

    /// The keys, the current one first.
    fn all(&self) -> impl Iterator<Item = &SecretKey> {
        std::iter::once(&self.current).chain(&self.previous)
    }

    /// The token of this generation of a session, derived with the current key.
    #[must_use]
    pub fn session_token(&self, id: SessionId, generation: Generation, shape: TokenShape) -> Token {
        Seed::session(id, generation).token(&self.current, shape)
    }

    /// The token with this hash, derived with the key that first derived it; `None` if that key is gone.
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

    /// The token of a mailed link, derived with the current key.
    #[must_use]
    pub fn link_token(&self, id: LinkId) -> Token {
        Seed::link(id).token(&self.current, TokenShape::Uuid)
    }

    /// The link token with this hash, derived with the key that first derived it; `None` if that key is gone.
    #[must_use]
    pub fn recover_link_token(&self, id: LinkId, hash: &TokenHash) -> Option<Token> {
        self.recover(&Seed::link(id), TokenShape::Uuid, hash)
    }

    /// The secret of a user's second factor, derived with the current key.
    #[must_use]
    pub fn factor_secret(&self, user_id: UserId, salt: FactorSalt) -> FactorSecret {
        factor_secret(&self.current, user_id, salt)
    }

    /// The secret with this hash, derived with the key that first derived it; `None` if that key is gone.
    #[must_use]
    pub fn recover_factor_secret(
        &self,
        user_id: UserId,
        salt: FactorSalt,
        hash: &TokenHash,
    ) -> Option<FactorSecret> {
        self.all()
            .map(|key| factor_secret(key, user_id, salt))
            .find(|secret| secret.hash() == *hash)
    }

    fn recover(&self, seed: &Seed, shape: TokenShape, hash: &TokenHash) -> Option<Token> {
        self.all()
            .map(|key| seed.token(key, shape))
            .find(|token| token.hash() == *hash)
    }
}

/// The first 20 bytes of an HMAC-SHA-256. No token's message begins like this one.
fn factor_secret(key: &SecretKey, user_id: UserId, salt: FactorSalt) -> FactorSecret {
    let mut mac = Hmac::<Sha256>::new((&*key.0).into());
    mac.update(b"azuma second factor\0");
    mac.update(user_id.uuid().as_bytes());
    mac.update(salt.uuid().as_bytes());
    let block = Zeroizing::new(<[u8; 32]>::from(mac.finalize().into_bytes()));
    let mut secret = Zeroizing::new([0; 20]);
    secret
        .iter_mut()
        .zip(block.iter())
        .for_each(|(to, from)| *to = *from);
    FactorSecret::from_bytes(secret)
}

/// The input of the HMAC: a label for the kind of token, an id and a number.
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

/// The halves of a block. A UUID is made of the first.
fn split(block: [u8; 32]) -> [[u8; 16]; 2] {
    let mut halves = [[0; 16]; 2];
    for (half, bytes) in halves.iter_mut().zip(block.chunks_exact(16)) {
        half.copy_from_slice(bytes);
    }
    halves
}
