//! TLS by the server itself.
//!
//! | module | holds |
//! |---|---|
//! | `files` | a certificate and its key in files, read again when they change |
//! | `acme` | a certificate by ACME, renewed in time |
//! | `acme_folder` | where it is kept |

mod acme;
mod acme_folder;
mod files;

use std::sync::Arc;

use rustls_acme::acme::ACME_TLS_ALPN_NAME;
use thiserror::Error;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::server::ResolvesServerCert;
use tokio_rustls::rustls::{self, ServerConfig};

pub use acme::AcmeError;
pub use files::{FilesError, certificate_end};

use super::stream::HTTP_2;
use crate::config::{CertificateSource, Tls as Settings};
use acme::AcmeCertificate;
use files::CertificateFiles;

/// The protocols that a client may choose from, the preferred one first (RFC 7301). The last is an ACME server's, which
/// looks at the certificate and leaves (RFC 8737).
const PROTOCOLS: [&[u8]; 3] = [HTTP_2, b"http/1.1", ACME_TLS_ALPN_NAME];

/// Why the server cannot speak TLS.
#[derive(Debug, Error)]
pub enum TlsError {
    #[error("{0}")]
    Contradiction(&'static str),
    #[error(transparent)]
    Files(#[from] FilesError),
    #[error(transparent)]
    Acme(#[from] AcmeError),
    #[error("TLS cannot be set up: {0}")]
    Setup(#[from] rustls::Error),
}

/// TLS with a certificate that may be replaced while the server runs.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    certificate: Certificate,
}

#[derive(Clone)]
enum Certificate {
    Files(CertificateFiles),
    Acme(AcmeCertificate),
}

impl Tls {
    /// Reads the certificate, or prepares to ask for one; `None` if the settings name none.
    ///
    /// # Errors
    /// If a file cannot be read, or the certificate and its key do not fit each other.
    pub fn open(settings: &Settings) -> Result<Option<Self>, TlsError> {
        let source = settings.source().map_err(TlsError::Contradiction)?;
        let certificate = match source {
            None => return Ok(None),
            Some(CertificateSource::Files { certificate, key }) => {
                Certificate::Files(CertificateFiles::open(certificate, key)?)
            }
            Some(CertificateSource::Acme(source)) => {
                Certificate::Acme(AcmeCertificate::open(source)?)
            }
        };
        let acceptor = match &certificate {
            Certificate::Files(files) => acceptor(files.resolver()),
            Certificate::Acme(acme) => acceptor(acme.resolver()),
        }?;
        Ok(Some(Self {
            acceptor,
            certificate,
        }))
    }

    pub fn acceptor(&self) -> TlsAcceptor {
        self.acceptor.clone()
    }

    /// Keeps the certificate current. Ends only when it is dropped.
    pub async fn keep_current(self) {
        match self.certificate {
            Certificate::Files(files) => files.follow().await,
            Certificate::Acme(acme) => acme.renew().await,
        }
    }
}

fn acceptor(certificate: Arc<dyn ResolvesServerCert>) -> Result<TlsAcceptor, TlsError> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(certificate);
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(TlsAcceptor::from(Arc::new(config)))
}
