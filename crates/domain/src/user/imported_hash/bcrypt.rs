//! bcrypt: `$2b$12$`, then 22 characters of salt and 31 of output.

use super::{InvalidImportedHash, base64, number};

/// The bounds of the binary logarithm of the rounds. 14 takes about a second.
const MIN_COST: u32 = 4;
const MAX_COST: u32 = 15;
/// The characters of the salt.
const SALT_CHARS: usize = 22;

/// A hash by bcrypt. Of the password, the first 72 bytes count.
#[derive(Clone, PartialEq, Eq)]
pub struct BcryptHash {
    /// The binary logarithm of the rounds.
    pub cost: u32,
    /// The salt.
    pub salt: [u8; 16],
    /// The output.
    pub output: [u8; 23],
}

impl BcryptHash {
    /// Reads what follows `$2b$`.
    pub(super) fn parse(rest: &str) -> Result<Self, InvalidImportedHash> {
        let [cost, digits] = super::parts(rest)?;
        let cost = number(cost)?;
        if cost > MAX_COST {
            return Err(InvalidImportedHash::TooCostly);
        }
        if cost < MIN_COST {
            return Err(InvalidImportedHash::Form);
        }
        let (salt, output) = digits
            .split_at_checked(SALT_CHARS)
            .ok_or(InvalidImportedHash::Length)?;
        Ok(Self {
            cost,
            salt: exactly(base64::bcrypt(salt)?)?,
            output: exactly(base64::bcrypt(output)?)?,
        })
    }
}

fn exactly<const N: usize>(bytes: Vec<u8>) -> Result<[u8; N], InvalidImportedHash> {
    bytes.try_into().map_err(|_| InvalidImportedHash::Length)
}
