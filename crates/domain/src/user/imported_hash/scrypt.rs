//! scrypt as a PHC string: `$scrypt$ln=15,r=8,p=1$salt$output`.

use super::{InvalidImportedHash, SaltedOutput, base64, parameter};

/// The most memory, in bytes: 256 MiB.
const MAX_MEMORY: u64 = 256 << 20;
/// The most memory times `p`, in bytes: 1 GiB.
const MAX_WORK: u64 = 1 << 30;
/// The largest block size and parallelism.
const MAX_FACTOR: u32 = 1_024;

/// A hash by scrypt.
#[derive(Clone, PartialEq, Eq)]
pub struct ScryptHash {
    /// The binary logarithm of N.
    pub log_n: u8,
    /// The block size.
    pub r: u32,
    /// The parallelism.
    pub p: u32,
    /// The salt and the output.
    pub salted: SaltedOutput,
}

impl ScryptHash {
    /// Reads what follows `$scrypt$`.
    pub(super) fn parse(rest: &str) -> Result<Self, InvalidImportedHash> {
        let [costs, salt, output] = super::parts(rest)?;
        let [log_n, r, p] = costs
            .split(',')
            .collect::<Vec<_>>()
            .try_into()
            .map_err(|_| InvalidImportedHash::Form)?;
        let (log_n, r, p) = (
            parameter(log_n, "ln")?,
            parameter(r, "r")?,
            parameter(p, "p")?,
        );
        if log_n == 0 || r == 0 || p == 0 {
            return Err(InvalidImportedHash::Form);
        }
        Ok(Self {
            log_n: affordable(log_n, r, p)?,
            r,
            p,
            salted: SaltedOutput::new(base64::standard(salt)?, base64::standard(output)?)?,
        })
    }
}

/// `log_n` if the bounds allow the three.
fn affordable(log_n: u32, r: u32, p: u32) -> Result<u8, InvalidImportedHash> {
    let n = match log_n {
        ..=30 => 1_u64 << log_n,
        _ => return Err(InvalidImportedHash::TooCostly),
    };
    let memory = n * 128 * u64::from(r.min(MAX_FACTOR));
    let work = memory.saturating_mul(u64::from(p));
    if r > MAX_FACTOR || p > MAX_FACTOR || memory > MAX_MEMORY || work > MAX_WORK {
        return Err(InvalidImportedHash::TooCostly);
    }
    u8::try_from(log_n).map_err(|_| InvalidImportedHash::TooCostly)
}
