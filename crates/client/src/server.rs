//! A server, as this client sees it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use thiserror::Error;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use crate::account::Account;
use crate::azuma::Azuma;
use crate::legacy::Legacy;
use crate::secret::ServiceToken;
use crate::service::Service;
use crate::transport::{Base, Transport};

/// A server. Copies share its connections, which are kept for 30 s without a request.
#[derive(Clone)]
pub struct Server {
    pub(crate) transport: Transport,
    pub(crate) patience: Patience,
}

/// How long a call may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// For one answer.
    pub(crate) timeout: Duration,
    /// For all pauses between a call's attempts.
    pub(crate) pauses: Duration,
}

/// Why there is no such server.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The URL is none.
    #[error("a server's URL is http:// or https://, a host and perhaps a port and a path")]
    Url,
    /// The certificates cannot be read.
    #[error("the certificates are not PEM, or there are none")]
    Certificates,
    /// The user agent cannot be sent.
    #[error("the user agent has characters that no header can hold")]
    UserAgent,
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[source] crate::Error),
}

/// How a [`Server`] is reached.
#[derive(Clone)]
#[must_use = "call `build`"]
pub struct Builder {
    url: String,
    user_agent: String,
    patience: Patience,
    certificates: Option<Vec<u8>>,
}

impl Server {
    /// The server at a URL, such as `https://accounts.example.org`. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ServerError::Url`] if the URL names no server.
    pub fn at(url: &str) -> Result<Self, ServerError> {
        Self::builder(url).build()
    }

    /// The server at a URL, with settings.
    pub fn builder(url: &str) -> Builder {
        Builder {
            url: url.to_owned(),
            user_agent: concat!("azuma-client/", env!("CARGO_PKG_VERSION")).to_owned(),
            patience: Patience {
                timeout: Duration::from_secs(30),
                pauses: Duration::from_secs(5),
            },
            certificates: None,
        }
    }

    /// The dialect `azuma`.
    pub fn azuma(&self) -> Azuma {
        Azuma::on(self.clone())
    }

    /// The dialect `legacy`.
    pub fn legacy(&self) -> Legacy {
        Legacy::on(self.clone())
    }

    /// The dialect `account`.
    pub fn account(&self) -> Account {
        Account::on(self.clone())
    }

    /// The routes for services.
    pub fn service(&self, token: ServiceToken) -> Service {
        Service::on(self.clone(), token)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

impl fmt::Debug for Builder {
    // The URL may hold a password, which `build` refuses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("user_agent", &self.user_agent)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

impl Builder {
    /// How this client calls itself, in place of `azuma-client/` and its version. A session's list shows it.
    pub fn user_agent(mut self, name: &str) -> Self {
        name.clone_into(&mut self.user_agent);
        self
    }

    /// How long one answer may take, in place of 30 s; where the server is asked to wait before it answers, so much longer.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.patience.timeout = timeout;
        self
    }

    /// How long a call may wait between its attempts, all pauses together, in place of 5 s. Zero: nothing is sent twice
    /// that would have to wait.
    pub fn pauses(mut self, pauses: Duration) -> Self {
        self.patience.pauses = pauses;
        self
    }

    /// Trusts these authorities alone, as PEM, in place of Mozilla's.
    pub fn certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.certificates = Some(pem.into());
        self
    }

    /// The server. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ServerError`] if a setting cannot be used.
    pub fn build(self) -> Result<Server, ServerError> {
        let base = Base::parse(&self.url).ok_or(ServerError::Url)?;
        let roots = match &self.certificates {
            Some(pem) => roots_of(pem)?,
            None => RootCertStore {
                roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
            },
        };
        let user_agent =
            HeaderValue::from_str(&self.user_agent).map_err(|_| ServerError::UserAgent)?;
        let transport =
            Transport::new(Arc::new(base), roots, user_agent).map_err(ServerError::Tls)?;
        Ok(Server {
            transport,
            patience: self.patience,
        })
    }
}

fn roots_of(pem: &[u8]) -> Result<RootCertStore, ServerError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| ServerError::Certificates)?;
        roots
            .add(certificate)
            .map_err(|_| ServerError::Certificates)?;
    }
    match roots.is_empty() {
        true => Err(ServerError::Certificates),
        false => Ok(roots),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_printed_without_the_url_and_the_certificates() {
        let builder = Server::builder("http://me:pw@a.example").certificates("pem");
        let text = format!("{builder:?}");
        assert!(text.starts_with("Builder { user_agent:"), "{text}");
        assert!(!text.contains("pw") && !text.contains("112"), "{text}");
    }
}
