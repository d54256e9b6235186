//! A certificate and its key in two files. They are read again when they change and at SIGHUP.

use std::fmt::{self, Debug, Formatter};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustix::fs::OFlags;
use thiserror::Error;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};
use tokio_rustls::rustls;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use x509_parser::parse_x509_certificate;
use zeroize::Zeroizing;

/// How often the files are looked at. A change is used once it has lasted for this long, because whoever renews a
/// certificate writes two files.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How long reading the files may take, such as over a network.
const PATIENCE: Duration = Duration::from_secs(10);

/// No chain of certificates is longer than this, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// Why a certificate and its key cannot be used.
#[derive(Debug, Error)]
pub enum FilesError {
    #[error("cannot read {} (`{key}`): {reason}", path.display())]
    Unreadable {
        key: &'static str,
        path: PathBuf,
        reason: io::Error,
    },
    #[error("{} (`http.tls.certificate`) holds no certificate in PEM, or one that cannot be read", .0.display())]
    NoCertificate(PathBuf),
    #[error("{} (`http.tls.key`) holds no private key in PEM without a password", .0.display())]
    NoKey(PathBuf),
    #[error("the private key {} is not the key of the certificate {}", key.display(), certificate.display())]
    Mismatch { certificate: PathBuf, key: PathBuf },
    #[error("the certificate {} and its key cannot be used: {reason}", certificate.display())]
    Unusable {
        certificate: PathBuf,
        reason: rustls::Error,
    },
}

/// The two files, and the certificate that new connections get.
#[derive(Clone)]
pub struct CertificateFiles {
    certificate: PathBuf,
    key: PathBuf,
    current: Arc<Current>,
}

/// What the files hold.
#[derive(Clone, PartialEq, Eq)]
struct Content {
    certificate: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

impl CertificateFiles {
    pub fn open(certificate: &Path, key: &Path) -> Result<Self, FilesError> {
        let content = Content::read(certificate, key)?;
        let pair = content.parse(certificate, key)?;
        warn_if_out_of_date(&pair, certificate);
        Ok(Self {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            current: Arc::new(Current(RwLock::new((content, pair)))),
        })
    }

    pub fn resolver(&self) -> Arc<dyn ResolvesServerCert> {
        self.current.clone()
    }

    /// Looks at the files again and again, and uses what has changed.
    pub async fn follow(self) {
        let mut hangups = signal(SignalKind::hangup()).ok();
        let mut judged = Ok(self.current.content());
        let mut seen = judged.clone();
        loop {
            let was_told = hangup_or_pause(&mut hangups).await;
            let found = self.read().await;
            let is_settled = found == seen;
            seen = found;
            if was_told || (is_settled && seen != judged) {
                self.judge(&seen);
                judged = seen.clone();
            }
        }
    }

    async fn read(&self) -> Result<Content, String> {
        let (certificate, key) = (self.certificate.clone(), self.key.clone());
        let read = spawn_blocking(move || Content::read(&certificate, &key));
        match timeout(PATIENCE, read).await {
            Ok(Ok(content)) => content.map_err(|error| error.to_string()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("the files cannot be read within {PATIENCE:?}")),
        }
    }

    fn judge(&self, found: &Result<Content, String>) {
        let parsed = found.clone().and_then(|content| {
            let pair = content.parse(&self.certificate, &self.key);
            pair.map(|pair| (content, pair))
                .map_err(|error| error.to_string())
        });
        match parsed {
            Ok(current) => {
                warn_if_out_of_date(&current.1, &self.certificate);
                self.current.replace(current);
                tracing::info!(certificate = %self.certificate.display(), "the certificate was read again");
            }
            Err(error) => tracing::error!(
                "the certificate was not replaced, and the one before stays in use: {error}"
            ),
        }
    }
}

/// Whether SIGHUP ended the pause.
async fn hangup_or_pause(hangups: &mut Option<Signal>) -> bool {
    match hangups {
        Some(hangups) => matches!(timeout(LOOK_EVERY, hangups.recv()).await, Ok(Some(()))),
        None => {
            sleep(LOOK_EVERY).await;
            false
        }
    }
}

impl Content {
    fn read(certificate: &Path, key: &Path) -> Result<Self, FilesError> {
        Ok(Self {
            certificate: read_file("http.tls.certificate", certificate)?.to_vec(),
            key: read_file("http.tls.key", key)?,
        })
    }

    fn parse(&self, certificate: &Path, key: &Path) -> Result<Arc<CertifiedKey>, FilesError> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&self.certificate)
            .collect::<Result<_, _>>()
            .unwrap_or_default();
        if chain.is_empty() || chain.iter().any(|der| parse_x509_certificate(der).is_err()) {
            return Err(FilesError::NoCertificate(certificate.to_owned()));
        }
        let private = PrivateKeyDer::from_pem_slice(&self.key)
            .map_err(|_| FilesError::NoKey(key.to_owned()))?;
        CertifiedKey::from_der(chain, private, &default_provider())
            .map(Arc::new)
            .map_err(|reason| match reason {
                rustls::Error::InconsistentKeys(_) => FilesError::Mismatch {
                    certificate: certificate.to_owned(),
                    key: key.to_owned(),
                },
                reason => FilesError::Unusable {
                    certificate: certificate.to_owned(),
                    reason,
                },
            })
    }
}

/// Reads both files, and returns for how many seconds the certificate is still valid; `None` if it is not valid now.
///
/// # Errors
/// [`FilesError`] if the server could not use them.
pub fn certificate_end(certificate: &Path, key: &Path) -> Result<Option<i64>, FilesError> {
    let pair = Content::read(certificate, key)?.parse(certificate, key)?;
    let own = pair.cert.first().map(|der| parse_x509_certificate(der));
    Ok(match own {
        Some(Ok((_, certificate))) => {
            let left = certificate.validity().time_to_expiration();
            left.map(|left| left.whole_seconds())
        }
        Some(Err(_)) | None => None,
    })
}

/// A certificate that is out of date is still used: clients decide.
fn warn_if_out_of_date(pair: &CertifiedKey, path: &Path) {
    let own = pair.cert.first().map(|der| parse_x509_certificate(der));
    if let Some(Ok((_, certificate))) = own {
        let validity = certificate.validity();
        if !validity.is_valid() {
            let (from, until) = (&validity.not_before, &validity.not_after);
            tracing::warn!(certificate = %path.display(), "the certificate is valid from {from} until {until}, and not now");
        }
    }
}

fn read_file(key: &'static str, path: &Path) -> Result<Zeroizing<Vec<u8>>, FilesError> {
    let mut bytes = Zeroizing::new(Vec::new());
    open(path)
        .and_then(|file| file.take(LONGEST).read_to_end(&mut bytes))
        .map_err(|reason| FilesError::Unreadable {
            key,
            path: path.to_owned(),
            reason,
        })?;
    Ok(bytes)
}

/// Opens a regular file. Opening or reading another, such as a pipe, may take for ever.
fn open(path: &Path) -> io::Result<File> {
    let at_once = OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(at_once)
        .open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(
            ErrorKind::InvalidInput,
            "it is no regular file",
        )),
    }
}

/// The certificate and key of new connections, and the content they were parsed from.
struct Current(RwLock<(Content, Arc<CertifiedKey>)>);

impl Current {
    fn content(&self) -> Content {
        let current = self.0.read().unwrap_or_else(PoisonError::into_inner);
        current.0.clone()
    }

    fn replace(&self, by: (Content, Arc<CertifiedKey>)) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = by;
    }
}

impl Debug for Current {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("Current")
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&current.1))
    }
}
