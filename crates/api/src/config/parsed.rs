//! Reads and writes values whose types parse themselves. Each module is for `#[serde(with = "...")]`.

use std::fmt::Display;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::Serializer;
use zeroize::Zeroizing;

/// A value that is not a secret: an error shows it.
pub(super) mod shown {
    use super::{Deserialize, Deserializer, Display, Error, FromStr, Serializer};

    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|error| D::Error::custom(format!("{error}; it is {text:?}")))
    }

    pub fn serialize<T: Display, S: Serializer>(
        value: &T,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }
}

/// A value that may hold a secret, which its `Display` masks. An error does not show the value.
pub(super) mod secret {
    pub use super::shown::serialize;
    use super::{Deserialize, Deserializer, Display, Error, FromStr, Zeroizing};

    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        text.parse().map_err(D::Error::custom)
    }
}

/// Like [`secret`], but an empty text is `None`.
pub(super) mod secret_if_any {
    use super::{Deserialize, Deserializer, Display, Error, FromStr, Serializer, Zeroizing};

    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        match text.is_empty() {
            true => Ok(None),
            false => text.parse().map(Some).map_err(D::Error::custom),
        }
    }

    pub fn serialize<T: Display, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_str(""),
        }
    }
}

/// Like [`shown`], but an empty text is `None`.
pub(super) mod shown_if_any {
    pub use super::secret_if_any::serialize;
    use super::{Deserialize, Deserializer, Display, Error, FromStr};

    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        let text = String::deserialize(deserializer)?;
        let parsed = (!text.is_empty()).then(|| text.parse()).transpose();
        parsed.map_err(|error| D::Error::custom(format!("{error}; it is {text:?}")))
    }
}
