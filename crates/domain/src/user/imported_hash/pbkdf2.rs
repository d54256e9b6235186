//! PBKDF2 with HMAC, as `RustCrypto`, passlib, Django and the first Azuma write it.

use super::{InvalidImportedHash, SaltedOutput, base64, number, parameter};

/// The most rounds, over all blocks of the output: some seconds.
const MAX_ROUNDS: u64 = 5_000_000;

/// A hash by PBKDF2.
#[derive(Clone, PartialEq, Eq)]
pub struct Pbkdf2Hash {
    /// The digest of the HMAC.
    pub digest: Digest,
    /// The rounds.
    pub rounds: u32,
    /// The salt and the output.
    pub salted: SaltedOutput,
}

/// The digest of an HMAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Digest {
    /// The length of its output, in bytes.
    fn bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

impl Pbkdf2Hash {
    /// Reads what follows `$pbkdf2-sha256$`: `i=600000,l=32$salt$output`, or as passlib writes it,
    /// `29000$salt$output`.
    pub(super) fn parse_phc(digest: Digest, rest: &str) -> Result<Self, InvalidImportedHash> {
        let [costs, salt, output] = super::parts(rest)?;
        let (salt, output) = (base64::standard(salt)?, base64::standard(output)?);
        let rounds = match costs.split_once(',') {
            None if costs.starts_with('i') => parameter(costs, "i")?,
            None => number(costs)?,
            Some((rounds, length)) => {
                let length = parameter(length, "l")?;
                if usize::try_from(length) != Ok(output.len()) {
                    return Err(InvalidImportedHash::Length);
                }
                parameter(rounds, "i")?
            }
        };
        Self::new(digest, rounds, salt, output)
    }

    /// Reads what follows `pbkdf2_sha256$`: `870000$salt$output`, whose salt is a text.
    pub(super) fn parse_django(digest: Digest, rest: &str) -> Result<Self, InvalidImportedHash> {
        let [rounds, salt, output] = super::parts(rest)?;
        let output = base64::standard(output)?;
        Self::new(digest, number(rounds)?, salt.as_bytes().to_vec(), output)
    }

    /// Reads what follows `$rpbkdf2$`: `0$rounds$salt$output$`, each in base 64; the rounds are four bytes, the first
    /// the highest.
    pub(super) fn parse_rpbkdf2(rest: &str) -> Result<Self, InvalidImportedHash> {
        let [version, rounds, salt, output, end] = super::parts(rest)?;
        if version != "0" || !end.is_empty() {
            return Err(InvalidImportedHash::Form);
        }
        let rounds: [u8; 4] = base64::standard(rounds)?
            .try_into()
            .map_err(|_| InvalidImportedHash::Form)?;
        let (salt, output) = (base64::standard(salt)?, base64::standard(output)?);
        Self::new(Digest::Sha256, u32::from_be_bytes(rounds), salt, output)
    }

    fn new(
        digest: Digest,
        rounds: u32,
        salt: Vec<u8>,
        output: Vec<u8>,
    ) -> Result<Self, InvalidImportedHash> {
        if rounds == 0 {
            return Err(InvalidImportedHash::Form);
        }
        let salted = SaltedOutput::new(salt, output)?;
        let blocks = salted.output().len().div_ceil(digest.bytes());
        let work = u64::from(rounds).saturating_mul(u64::try_from(blocks).unwrap_or(u64::MAX));
        match work > MAX_ROUNDS {
            true => Err(InvalidImportedHash::TooCostly),
            false => Ok(Self {
                digest,
                rounds,
                salted,
            }),
        }
    }
}
