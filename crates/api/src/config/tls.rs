//! `http.tls`: where the server's certificate comes from.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::de::{Deserializer, Error};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use tokio_rustls::rustls::pki_types::DnsName;

use super::parsed::shown;
use super::text::{directory, path_if_any, write_path_if_any};

/// `http.tls`: a certificate in files or one by ACME; without either, the server speaks plain HTTP.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    #[serde(deserialize_with = "path_if_any", serialize_with = "write_path_if_any")]
    certificate: Option<PathBuf>,
    #[serde(deserialize_with = "path_if_any", serialize_with = "write_path_if_any")]
    key: Option<PathBuf>,
    #[serde(deserialize_with = "domains", serialize_with = "write_domains")]
    acme: Vec<DnsName<'static>>,
    #[serde(with = "shown")]
    acme_directory: AcmeDirectory,
    #[serde(deserialize_with = "path_if_any", serialize_with = "write_path_if_any")]
    acme_authority: Option<PathBuf>,
    #[serde(deserialize_with = "directory")]
    acme_folder: PathBuf,
}

/// Where the server's certificate comes from.
#[derive(Clone, Copy, Debug)]
pub enum CertificateSource<'a> {
    /// Two files in PEM: the certificate, followed by those that lead to its authority, and its private key.
    Files {
        /// `http.tls.certificate`
        certificate: &'a Path,
        /// `http.tls.key`
        key: &'a Path,
    },
    /// An ACME server.
    Acme(AcmeSource<'a>),
}

/// An ACME server, and what it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct AcmeSource<'a> {
    /// The names that the certificate is for; at least one.
    pub domains: &'a [DnsName<'static>],
    /// Where the ACME server lists its resources.
    pub directory: &'a AcmeDirectory,
    /// The authority of the ACME server's own certificate, in PEM; `None` if it is one of the public ones.
    pub authority: Option<&'a Path>,
    /// Where certificates and the key of the ACME account are kept.
    pub folder: &'a Path,
}

impl Tls {
    /// Where the certificate comes from; `None` if no certificate is set.
    ///
    /// # Errors
    /// One sentence, if the settings contradict each other.
    pub fn source(&self) -> Result<Option<CertificateSource<'_>>, &'static str> {
        match (&self.certificate, &self.key, self.acme.as_slice()) {
            (None, None, []) => Ok(None),
            (Some(certificate), Some(key), []) => {
                Ok(Some(CertificateSource::Files { certificate, key }))
            }
            (None, None, domains) => Ok(Some(CertificateSource::Acme(AcmeSource {
                domains,
                directory: &self.acme_directory,
                authority: self.acme_authority.as_deref(),
                folder: &self.acme_folder,
            }))),
            (Some(_), Some(_), [_, ..]) => Err(
                "`http.tls.certificate` and `http.tls.acme` exclude each other: set one of them",
            ),
            (Some(_), None, _) | (None, Some(_), _) => Err(
                "`http.tls.certificate` and `http.tls.key` need each other: set both or neither",
            ),
        }
    }
}

/// The URL where an ACME server lists its resources (RFC 8555 §7.1.1), over HTTPS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcmeDirectory(String);

impl AcmeDirectory {
    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AcmeDirectory {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let url = text.parse::<http::Uri>().ok();
        let is_https = |url: &http::Uri| {
            url.scheme() == Some(&http::uri::Scheme::HTTPS) && url.host().is_some()
        };
        match url.as_ref().is_some_and(is_https) {
            true => Ok(Self(text.to_owned())),
            false => Err(
                "must be an https URL, such as `https://acme-v02.api.letsencrypt.org/directory`",
            ),
        }
    }
}

impl fmt::Display for AcmeDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn domains<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<DnsName<'static>>, D::Error> {
    let domain = |text: String| {
        DnsName::try_from(text.to_ascii_lowercase()).map_err(|_| {
            D::Error::custom(format!(
                "must be a list of domain names such as `accounts.example.org`, none with `*`; {text:?} is not a domain \
                 name"
            ))
        })
    };
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.into_iter().map(domain).collect()
}

fn write_domains<S: Serializer>(
    domains: &[DnsName<'static>],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(domains.iter().map(DnsName::as_ref))
}
