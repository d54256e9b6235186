//! Argon2's parameters and PHC strings.

use std::io;
use std::time::Duration;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Params, Version};
use azuma_domain::ports::HashError;

use super::Argon2Settings;
use super::memory::Memory;

/// The length of a salt, in bytes (RFC 9106 §3.1).
const SALT_BYTES: usize = 16;
/// The length of a hash, in bytes.
const OUTPUT_BYTES: usize = 32;
/// The most memory times passes of one hash, in KiB: 4 GiB, which takes some seconds. libsodium's `SENSITIVE` has the
/// same product.
const MAX_WORK_KIB: u64 = 1 << 22;

/// The parameters are out of range. The error's text follows the name of the configuration section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidArgon2Settings {
    /// A parameter is outside its range.
    #[error("has a parameter outside its range")]
    Range,
    /// There is less than 8 KiB of memory for each lane.
    #[error("must have a `memory_kib` of at least 8 times `parallelism`")]
    Memory,
    /// A hash passes over more than 4 GiB.
    #[error(
        "must have a `memory_kib` times `iterations` of at most {MAX_WORK_KIB}, which is 4 GiB"
    )]
    Work,
}

impl Argon2Settings {
    /// The least memory of one hash, in KiB.
    pub const MIN_MEMORY_KIB: u32 = Params::MIN_M_COST;
    /// The most memory of one hash, in KiB: 1 GiB.
    pub const MAX_MEMORY_KIB: u32 = 1 << 20;
    /// The most passes over the memory.
    pub const MAX_ITERATIONS: u32 = 1_000;
    /// The most lanes.
    pub const MAX_PARALLELISM: u32 = 64;
    /// The most threads. A larger number is taken for a typing error.
    pub const MAX_THREADS: u32 = 1_024;

    /// Checks that a hasher can be started with these parameters.
    ///
    /// # Errors
    /// [`InvalidArgon2Settings`] says which bound is violated.
    pub fn check(&self) -> Result<(), InvalidArgon2Settings> {
        self.scheme().map(drop)
    }

    pub(super) fn scheme(&self) -> Result<Scheme, InvalidArgon2Settings> {
        match (1..=Self::MAX_THREADS as usize).contains(&self.threads) {
            true => Scheme::new(self.memory_kib, self.iterations, self.parallelism),
            false => Err(InvalidArgon2Settings::Range),
        }
    }
}

/// The parameters of new hashes.
#[derive(Clone)]
pub(super) struct Scheme {
    params: Params,
}

impl Scheme {
    /// # Errors
    /// Those of [`Argon2Settings::check`].
    pub(super) fn new(
        memory_kib: u32,
        iterations: u32,
        parallelism: u32,
    ) -> Result<Self, InvalidArgon2Settings> {
        type Bounds = Argon2Settings;
        if !(Bounds::MIN_MEMORY_KIB..=Bounds::MAX_MEMORY_KIB).contains(&memory_kib)
            || !(1..=Bounds::MAX_ITERATIONS).contains(&iterations)
            || !(1..=Bounds::MAX_PARALLELISM).contains(&parallelism)
        {
            return Err(InvalidArgon2Settings::Range);
        }
        let params = Params::new(memory_kib, iterations, parallelism, Some(OUTPUT_BYTES))
            .map_err(|_| InvalidArgon2Settings::Memory)?;
        match work_kib(&params) > MAX_WORK_KIB {
            true => Err(InvalidArgon2Settings::Work),
            false => Ok(Self { params }),
        }
    }

    /// Reserves the memory that one hash needs.
    ///
    /// # Errors
    /// The operating system's error, if it does not grant the memory.
    pub(super) fn reserve_memory(&self) -> io::Result<Memory> {
        Memory::reserve(self.params.block_count())
    }

    /// The assumed duration of a hash before one was measured: a microsecond for each KiB of each pass. A server's
    /// processor takes half of that or less.
    pub(super) fn assumed_duration(&self) -> Duration {
        Duration::from_micros(work_kib(&self.params))
    }

    /// Hashes with a new salt, and returns the PHC string.
    pub(super) fn hash(&self, password: &[u8], memory: &mut Memory) -> Result<String, HashError> {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt).map_err(failed)?;
        self.hash_with_salt(password, &salt, memory)
    }

    pub(super) fn hash_with_salt(
        &self,
        password: &[u8],
        salt: &[u8],
        memory: &mut Memory,
    ) -> Result<String, HashError> {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone());
        let output = compute(&argon2, password, salt, memory)?;
        let phc = PasswordHash {
            algorithm: ARGON2ID_IDENT,
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&self.params).map_err(failed)?,
            salt: Some(Salt::new(salt).map_err(failed)?),
            hash: Some(output),
        };
        Ok(phc.to_string())
    }
}

/// A hash that was read from a PHC string. It is complete and within the bounds.
pub(super) struct StoredHash {
    algorithm: Algorithm,
    version: Version,
    params: Params,
    salt: Salt,
    output: Output,
}

impl StoredHash {
    /// # Errors
    /// [`HashError::Failed`] if the text is not a complete PHC string of Argon2, or its parameters require more memory
    /// or work than the largest settings do. The error does not repeat the hash.
    pub(super) fn read(phc: &str) -> Result<Self, HashError> {
        let phc = PasswordHash::new(phc).map_err(failed)?;
        let (Some(salt), Some(output)) = (phc.salt, phc.hash) else {
            return Err(failed("the stored hash has no salt or no output"));
        };
        let algorithm = Algorithm::try_from(phc.algorithm.as_str()).map_err(failed)?;
        // A hash without a version has the first version, as in the reference implementation.
        let version = phc
            .version
            .map_or(Ok(Version::V0x10), Version::try_from)
            .map_err(failed)?;
        let params = Params::try_from(&phc).map_err(failed)?;
        let is_too_large = params.m_cost() > Argon2Settings::MAX_MEMORY_KIB;
        if is_too_large || work_kib(&params) > MAX_WORK_KIB {
            return Err(failed("the stored hash requires too much memory or work"));
        }
        Ok(Self {
            algorithm,
            version,
            params,
            salt,
            output,
        })
    }

    /// Whether the password has this hash.
    pub(super) fn matches(&self, password: &[u8], memory: &mut Memory) -> Result<bool, HashError> {
        let argon2 = Argon2::new(self.algorithm, self.version, self.params.clone());
        let output = compute(&argon2, password, &self.salt, memory)?;
        // `Output` compares in constant time.
        Ok(output == self.output)
    }

    /// Whether the hash has the algorithm and the parameters of new hashes.
    pub(super) fn is_of(&self, scheme: &Scheme) -> bool {
        self.algorithm == Algorithm::Argon2id
            && self.version == Version::V0x13
            && self.params == scheme.params
            && self.salt.len() >= SALT_BYTES
    }
}

fn compute(
    argon2: &Argon2<'_>,
    password: &[u8],
    salt: &[u8],
    memory: &mut Memory,
) -> Result<Output, HashError> {
    let params = argon2.params();
    let mut buffer = [0; Output::MAX_LENGTH];
    let output = buffer
        .get_mut(..params.output_len().unwrap_or(OUTPUT_BYTES))
        .ok_or_else(|| failed("the stored hash is too long"))?;
    memory
        .lend(params.block_count(), |blocks| {
            argon2.hash_password_into_with_memory(password, salt, &mut *output, blocks)
        })
        .map_err(failed)?
        .map_err(failed)?;
    Output::new(output).map_err(failed)
}

fn work_kib(params: &Params) -> u64 {
    u64::from(params.m_cost()) * u64::from(params.t_cost())
}

pub(super) fn failed(reason: impl ToString) -> HashError {
    HashError::Failed(reason.to_string())
}
