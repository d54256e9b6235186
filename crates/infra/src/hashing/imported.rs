//! Verifying the hashes of other systems.

use argon2::password_hash::phc::Output;
use argon2::{Algorithm, Argon2, Params, Version};
use azuma_domain::ports::HashError;
use azuma_domain::user::{
    Argon2Hash, Argon2Kind, Argon2Version, BcryptHash, Digest, HashScheme, ImportedHash,
    Pbkdf2Hash, ScryptHash,
};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use super::memory::Memory;
use super::scheme::failed;

/// The most bytes of a password that bcrypt reads, the NUL behind it among them.
const BCRYPT_BYTES: usize = 72;

/// Whether the typed password has this hash. It takes what the hash asks for, which is bounded where it was parsed.
pub(super) fn matches(
    hash: &ImportedHash,
    typed: &[u8],
    memory: &mut Memory,
) -> Result<bool, HashError> {
    match hash.scheme() {
        HashScheme::Argon2(hash) => of_argon2(hash, typed, memory),
        HashScheme::Bcrypt(hash) => of_bcrypt(hash, typed),
        HashScheme::Scrypt(hash) => of_scrypt(hash, typed),
        HashScheme::Pbkdf2(hash) => of_pbkdf2(hash, typed),
    }
}

fn of_argon2(hash: &Argon2Hash, typed: &[u8], memory: &mut Memory) -> Result<bool, HashError> {
    let algorithm = match hash.kind {
        Argon2Kind::Id => Algorithm::Argon2id,
        Argon2Kind::I => Algorithm::Argon2i,
        Argon2Kind::D => Algorithm::Argon2d,
    };
    let version = match hash.version {
        Argon2Version::V10 => Version::V0x10,
        Argon2Version::V13 => Version::V0x13,
    };
    let expected = hash.salted.output();
    let params = Params::new(
        hash.memory_kib,
        hash.passes,
        hash.lanes,
        Some(expected.len()),
    )
    .map_err(failed)?;
    let blocks = params.block_count();
    let argon2 = Argon2::new(algorithm, version, params);
    let mut output = vec![0; expected.len()];
    memory
        .lend(blocks, |blocks| {
            argon2.hash_password_into_with_memory(typed, hash.salted.salt(), &mut output, blocks)
        })
        .map_err(failed)?
        .map_err(failed)?;
    are_equal(&output, expected)
}

/// As every implementation does, it reads 72 bytes at most. A NUL would end the password earlier, so none has one.
fn of_bcrypt(hash: &BcryptHash, typed: &[u8]) -> Result<bool, HashError> {
    if typed.contains(&0) {
        return Ok(false);
    }
    let mut read = Zeroizing::new(Vec::with_capacity(BCRYPT_BYTES));
    read.extend(typed.iter().copied().chain([0]).take(BCRYPT_BYTES));
    let output = bcrypt::bcrypt(hash.cost, hash.salt, &read);
    let output = output
        .get(..hash.output.len())
        .ok_or_else(|| failed("bcrypt answered too little"))?;
    are_equal(output, &hash.output)
}

fn of_scrypt(hash: &ScryptHash, typed: &[u8]) -> Result<bool, HashError> {
    let expected = hash.salted.output();
    let params = scrypt::Params::new(hash.log_n, hash.r, hash.p).map_err(failed)?;
    let mut output = vec![0; expected.len()];
    scrypt::scrypt(typed, hash.salted.salt(), &params, &mut output).map_err(failed)?;
    are_equal(&output, expected)
}

fn of_pbkdf2(hash: &Pbkdf2Hash, typed: &[u8]) -> Result<bool, HashError> {
    let (salt, expected) = (hash.salted.salt(), hash.salted.output());
    let mut output = vec![0; expected.len()];
    match hash.digest {
        Digest::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>(typed, salt, hash.rounds, &mut output),
        Digest::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>(typed, salt, hash.rounds, &mut output),
        Digest::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>(typed, salt, hash.rounds, &mut output),
    }
    are_equal(&output, expected)
}

/// `Output` compares in constant time.
fn are_equal(output: &[u8], expected: &[u8]) -> Result<bool, HashError> {
    let made = Output::new(output).map_err(failed)?;
    Ok(made == Output::new(expected).map_err(failed)?)
}
