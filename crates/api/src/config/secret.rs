//! Secret keys. They are masked when written.

use azuma_domain::token::SecretKey;
use azuma_infra::MASK;
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::Serializer;
use zeroize::Zeroizing;

const KEY_DEMAND: &str = "must be 32 bytes in base64, as `openssl rand -base64 32` prints them";
const KEYS_DEMAND: &str =
    "must be a list of keys of 32 bytes in base64, as `openssl rand -base64 32` prints them";

/// Reads a key; an empty text is `None`.
pub(super) fn key<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SecretKey>, D::Error> {
    let text = Zeroizing::new(String::deserialize(deserializer)?);
    if text.trim().is_empty() {
        return Ok(None);
    }
    SecretKey::parse(&text)
        .map(Some)
        .map_err(|_| D::Error::custom(KEY_DEMAND))
}

/// Reads a list of keys.
pub(super) fn keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SecretKey>, D::Error> {
    Vec::<String>::deserialize(deserializer)?
        .into_iter()
        .map(|text| SecretKey::parse(&Zeroizing::new(text)))
        .collect::<Result<_, _>>()
        .map_err(|_| D::Error::custom(KEYS_DEMAND))
}

/// Writes a mask instead of the key.
pub(super) fn write_key<S: Serializer>(
    key: &Option<SecretKey>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if key.is_some() { MASK } else { "" })
}

/// Writes one mask for each key.
pub(super) fn write_keys<S: Serializer>(
    keys: &[SecretKey],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(keys.iter().map(|_| MASK))
}
