//! Reads and writes the origins of pages, for `#[serde(with = "origins")]`.

use azuma_infra::web::PublicUrl;
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::Serializer;

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<PublicUrl>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let origin = |text: &String| {
        text.parse().map_err(|_| {
            // The text may hold a password, as a URL may, and is not repeated.
            D::Error::custom(
                "must be a list of origins such as `https://app.example.org`, each with scheme, host and an optional \
                 port; `*` is refused, because it would lend every site the cookies of its visitors",
            )
        })
    };
    texts.iter().map(origin).collect()
}

pub(super) fn serialize<S: Serializer>(
    origins: &[PublicUrl],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(origins.iter().map(PublicUrl::as_str))
}
