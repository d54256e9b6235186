//! Argon2, as the reference implementation and libsodium write it: `$argon2id$v=19$m=65536,t=2,p=1$salt$output`.

use super::{InvalidImportedHash, SaltedOutput, base64, number, parameter};

/// The most memory, in KiB: 1 GiB.
const MAX_MEMORY_KIB: u32 = 1 << 20;
/// The most memory times passes, in KiB: 4 GiB, as libsodium's `SENSITIVE`.
const MAX_WORK_KIB: u64 = 1 << 22;
/// The most lanes.
const MAX_LANES: u32 = 64;
/// The least salt, in bytes (RFC 9106 §3.1).
const MIN_SALT_BYTES: usize = 8;
/// The least memory for each lane, in KiB (RFC 9106 §3.1).
const MIN_LANE_KIB: u32 = 8;

/// A hash by Argon2.
#[derive(Clone, PartialEq, Eq)]
pub struct Argon2Hash {
    /// The variant.
    pub kind: Argon2Kind,
    /// The version.
    pub version: Argon2Version,
    /// The memory, in KiB.
    pub memory_kib: u32,
    /// The passes over the memory.
    pub passes: u32,
    /// The lanes.
    pub lanes: u32,
    /// The salt and the output.
    pub salted: SaltedOutput,
}

/// The variant of Argon2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argon2Kind {
    /// Argon2id.
    Id,
    /// Argon2i.
    I,
    /// Argon2d.
    D,
}

/// The version of Argon2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argon2Version {
    /// 1.0, which is not written.
    V10,
    /// 1.3.
    V13,
}

impl Argon2Hash {
    /// Reads what follows `$argon2…$`.
    pub(super) fn parse(kind: Argon2Kind, rest: &str) -> Result<Self, InvalidImportedHash> {
        let (version, rest) = match rest.strip_prefix("v=") {
            None => (Argon2Version::V10, rest),
            Some(rest) => {
                let (version, rest) = rest.split_once('$').ok_or(InvalidImportedHash::Length)?;
                let version = match number(version)? {
                    16 => Argon2Version::V10,
                    19 => Argon2Version::V13,
                    _ => return Err(InvalidImportedHash::Form),
                };
                (version, rest)
            }
        };
        let [costs, salt, output] = super::parts(rest)?;
        let [memory, passes, lanes] = costs
            .split(',')
            .collect::<Vec<_>>()
            .try_into()
            .map_err(|_| InvalidImportedHash::Form)?;
        let hash = Self {
            kind,
            version,
            memory_kib: parameter(memory, "m")?,
            passes: parameter(passes, "t")?,
            lanes: parameter(lanes, "p")?,
            salted: SaltedOutput::new(base64::standard(salt)?, base64::standard(output)?)?,
        };
        hash.check()?;
        Ok(hash)
    }

    fn check(&self) -> Result<(), InvalidImportedHash> {
        let work = u64::from(self.memory_kib) * u64::from(self.passes);
        if self.memory_kib > MAX_MEMORY_KIB || work > MAX_WORK_KIB || self.lanes > MAX_LANES {
            return Err(InvalidImportedHash::TooCostly);
        }
        if self.passes == 0 || self.lanes == 0 || self.memory_kib < MIN_LANE_KIB * self.lanes {
            return Err(InvalidImportedHash::Form);
        }
        match self.salted.salt().len() >= MIN_SALT_BYTES {
            true => Ok(()),
            false => Err(InvalidImportedHash::Length),
        }
    }
}
