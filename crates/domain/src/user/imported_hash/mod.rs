//! Hashes of passwords that other systems have made.
//!
//! A login pays for what a hash asks for, so each has bounds. The forms are listed in `docs/import.md`.

mod argon2;
mod base64;
mod bcrypt;
mod pbkdf2;
mod scrypt;
#[cfg(test)]
mod tests;

use std::fmt;

pub use argon2::{Argon2Hash, Argon2Kind, Argon2Version};
pub use bcrypt::BcryptHash;
pub use pbkdf2::{Digest, Pbkdf2Hash};
pub use scrypt::ScryptHash;

/// The longest text of a hash, in bytes.
const MAX_BYTES: usize = 512;
/// The longest salt, in bytes.
const MAX_SALT_BYTES: usize = 64;
/// The lengths of the output, in bytes. Of a shorter one, too many passwords would be right.
const OUTPUT_BYTES: std::ops::RangeInclusive<usize> = 16..=64;

/// The hash of a password of another system, of the bytes as its user typed them, within the bounds of what a login may
/// cost.
#[derive(Clone, PartialEq, Eq)]
pub struct ImportedHash {
    text: Box<str>,
    scheme: HashScheme,
}

/// How a hash was made.
#[derive(Clone, PartialEq, Eq)]
pub enum HashScheme {
    /// Argon2id, Argon2i or Argon2d.
    Argon2(Argon2Hash),
    /// bcrypt.
    Bcrypt(BcryptHash),
    /// scrypt.
    Scrypt(ScryptHash),
    /// PBKDF2 with HMAC.
    Pbkdf2(Pbkdf2Hash),
}

/// A salt and the output of a hash function.
#[derive(Clone, PartialEq, Eq)]
pub struct SaltedOutput {
    salt: Box<[u8]>,
    output: Box<[u8]>,
}

/// Why a hash is not taken. No message repeats the hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidImportedHash {
    /// It is of no known form.
    #[error("the password hash has no form that is known")]
    Form,
    /// It is cut off, or has a salt or an output of a length that is not taken.
    #[error(
        "the password hash is incomplete, or its salt or output has a length that is not taken"
    )]
    Length,
    /// A login would have to pay more than the bounds allow.
    #[error("the password hash asks for more memory or rounds than a login may cost")]
    TooCostly,
}

impl ImportedHash {
    /// Reads a hash in one of the known forms.
    ///
    /// # Errors
    /// [`InvalidImportedHash`] says why it is not taken.
    pub fn parse(text: &str) -> Result<Self, InvalidImportedHash> {
        if text.len() > MAX_BYTES || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidImportedHash::Form);
        }
        Ok(Self {
            text: text.into(),
            scheme: HashScheme::parse(text)?,
        })
    }

    /// The hash as it was read.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How it was made.
    #[must_use]
    pub fn scheme(&self) -> &HashScheme {
        &self.scheme
    }
}

impl HashScheme {
    fn parse(text: &str) -> Result<Self, InvalidImportedHash> {
        // Django's have no `$` before the name.
        let (name, rest) = text
            .strip_prefix('$')
            .unwrap_or(text)
            .split_once('$')
            .ok_or(InvalidImportedHash::Form)?;
        match (text.starts_with('$'), name) {
            (true, "argon2id") => Argon2Hash::parse(Argon2Kind::Id, rest).map(Self::Argon2),
            (true, "argon2i") => Argon2Hash::parse(Argon2Kind::I, rest).map(Self::Argon2),
            (true, "argon2d") => Argon2Hash::parse(Argon2Kind::D, rest).map(Self::Argon2),
            (true, "2a" | "2b" | "2y") => BcryptHash::parse(rest).map(Self::Bcrypt),
            (true, "scrypt") => ScryptHash::parse(rest).map(Self::Scrypt),
            (true, "rpbkdf2") => Pbkdf2Hash::parse_rpbkdf2(rest).map(Self::Pbkdf2),
            (true, "pbkdf2") => Pbkdf2Hash::parse_phc(Digest::Sha1, rest).map(Self::Pbkdf2),
            (true, "pbkdf2-sha256") => {
                Pbkdf2Hash::parse_phc(Digest::Sha256, rest).map(Self::Pbkdf2)
            }
            (true, "pbkdf2-sha512") => {
                Pbkdf2Hash::parse_phc(Digest::Sha512, rest).map(Self::Pbkdf2)
            }
            (false, "pbkdf2_sha1") => {
                Pbkdf2Hash::parse_django(Digest::Sha1, rest).map(Self::Pbkdf2)
            }
            (false, "pbkdf2_sha256") => {
                Pbkdf2Hash::parse_django(Digest::Sha256, rest).map(Self::Pbkdf2)
            }
            _ => Err(InvalidImportedHash::Form),
        }
    }
}

impl fmt::Debug for ImportedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ImportedHash(..)")
    }
}

impl SaltedOutput {
    fn new(salt: Vec<u8>, output: Vec<u8>) -> Result<Self, InvalidImportedHash> {
        let fits =
            (1..=MAX_SALT_BYTES).contains(&salt.len()) && OUTPUT_BYTES.contains(&output.len());
        match fits {
            true => Ok(Self {
                salt: salt.into(),
                output: output.into(),
            }),
            false => Err(InvalidImportedHash::Length),
        }
    }

    /// The salt: 1 to 64 bytes.
    #[must_use]
    pub fn salt(&self) -> &[u8] {
        &self.salt
    }

    /// The output: 16 to 64 bytes.
    #[must_use]
    pub fn output(&self) -> &[u8] {
        &self.output
    }
}

/// A number as PHC strings write it: digits, no sign.
fn number(text: &str) -> Result<u32, InvalidImportedHash> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match is_number {
        // What is larger than any number here is larger than any bound.
        true => text.parse().map_err(|_| InvalidImportedHash::TooCostly),
        false => Err(InvalidImportedHash::Form),
    }
}

/// The value of the parameter of this name in `name=value`.
fn parameter(text: &str, name: &str) -> Result<u32, InvalidImportedHash> {
    let value = text
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix('='));
    number(value.ok_or(InvalidImportedHash::Form)?)
}

/// The parts between `$`, which must be this many.
fn parts<const N: usize>(text: &str) -> Result<[&str; N], InvalidImportedHash> {
    let parts: Vec<&str> = text.split('$').collect();
    parts.try_into().map_err(|_| InvalidImportedHash::Length)
}
