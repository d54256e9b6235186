//! The alphabets of base 64 that hashes are written in.

use base64::Engine;
use base64::alphabet::{BCRYPT, STANDARD};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::InvalidImportedHash;

/// Padding may be there or not; bits that are left over need not be zero, as bcrypt's are not always.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);

const STANDARD_ENGINE: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const BCRYPT_ENGINE: GeneralPurpose = GeneralPurpose::new(&BCRYPT, LENIENT);

/// Decodes the standard alphabet, or passlib's, which writes `.` for `+`.
pub(super) fn standard(text: &str) -> Result<Vec<u8>, InvalidImportedHash> {
    decode(&STANDARD_ENGINE, &text.replace('.', "+"))
}

/// Decodes bcrypt's alphabet.
pub(super) fn bcrypt(text: &str) -> Result<Vec<u8>, InvalidImportedHash> {
    decode(&BCRYPT_ENGINE, text)
}

fn decode(engine: &GeneralPurpose, text: &str) -> Result<Vec<u8>, InvalidImportedHash> {
    engine.decode(text).map_err(|_| InvalidImportedHash::Form)
}
