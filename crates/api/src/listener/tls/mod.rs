//! TLS by the server itself.
//!
//! | module | holds |
//! |---|---|
//! | `files` | a certificate and its key in files, read again when they change |

mod files;

use std::sync::Arc;

use thiserror::Error;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::server::ResolvesServerCert;
use tokio_rustls::rustls::{self, ServerConfig};

pub use files::FilesError;

use super::stream::HTTP_2;
use crate::config::Tls as Settings;
use files::CertificateFiles;

/// The protocols that a client may choose from, the preferred one first (RFC 7301).
const PROTOCOLS: [&[u8]; 2] = [HTTP_2, b"http/1.1"];

/// Why the server cannot speak TLS.
#[derive(Debug, Error)]
pub enum TlsError {
    #[error("{0}")]
    Contradiction(&'static str),
    #[error(transparent)]
    Files(#[from] FilesError),
    #[error("TLS cannot be set up: {0}")]
    Setup(#[from] rustls::Error),
}

/// TLS with a certificate that may be replaced while the server runs.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    certificate: CertificateFiles,
}

impl Tls {
    /// Reads the certificate; `None` if the settings name none.
    ///
    /// # Errors
    /// If the certificate and its key cannot be read or do not fit each other.
    pub fn open(settings: &Settings) -> Result<Option<Self>, TlsError> {
        let Some((certificate, key)) = settings.files().map_err(TlsError::Contradiction)? else {
            return Ok(None);
        };
        let certificate = CertificateFiles::open(certificate, key)?;
        let acceptor = acceptor(certificate.resolver())?;
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
        self.certificate.follow().await;
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
