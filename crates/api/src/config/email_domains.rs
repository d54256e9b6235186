//! Reads and writes domains of e-mail addresses, for `#[serde(with = "email_domains")]`.

use azuma_domain::registration::EmailDomains;
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::Serializer;

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<EmailDomains, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    EmailDomains::parse(texts.iter().map(String::as_str)).map_err(|error| {
        D::Error::custom(format!(
            "must be a list of domains such as `example.org`; {error}: {texts:?}"
        ))
    })
}

pub(super) fn serialize<S: Serializer>(
    domains: &EmailDomains,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(domains.iter())
}
