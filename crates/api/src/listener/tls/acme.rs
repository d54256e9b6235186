//! A certificate by ACME (RFC 8555), with the challenge TLS-ALPN-01 (RFC 8737), which this server's own port answers.

use std::future::poll_fn;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures_core::Stream;
use rustls_acme::{
    AcmeConfig, AcmeState, EventError, EventOk, ResolvesServerCertAcme, is_tls_alpn_challenge,
};
use thiserror::Error;
use tokio::time::{sleep, timeout};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use super::acme_folder::AcmeFolder;
use crate::config::AcmeSource;

/// An order of which nothing was heard for this long is begun again, so that no ACME server that falls silent ends the
/// renewals. A certificate is renewed when a third of its time is left.
const RENEWAL: Duration = Duration::from_hours(24);
/// The same while there is no certificate.
const FIRST_ORDER: Duration = Duration::from_mins(10);

/// The pause after an order. The library makes none where a new certificate cannot be used or is due for renewal at
/// once, as with a clock that is wrong. It grows with each order that follows.
const SHORTEST_PAUSE: Duration = Duration::from_mins(1);
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

/// Why no certificate can be asked for.
#[derive(Debug, Error)]
pub enum AcmeError {
    #[error("cannot write to the folder {} (`http.tls.acme_folder`): {reason}", path.display())]
    NoFolder { path: PathBuf, reason: io::Error },
    #[error(
        "others may read the folder {} (`http.tls.acme_folder`), which holds private keys: run `chmod 700` on it",
        .0.display()
    )]
    OpenFolder(PathBuf),
    #[error("{} (`http.tls.acme_authority`) holds no certificate in PEM", .0.display())]
    NoAuthority(PathBuf),
    #[error("the certificate {} (`http.tls.acme_authority`) cannot be used: {reason}", path.display())]
    UnusableAuthority {
        path: PathBuf,
        reason: rustls::Error,
    },
}

/// A certificate that is asked for, and renewed in time.
#[derive(Clone)]
pub struct AcmeCertificate {
    order: Arc<Order>,
    current: Arc<Current>,
}

/// What is asked for, and where.
struct Order {
    domains: Vec<String>,
    directory: String,
    folder: AcmeFolder,
    /// `None` for the public authorities.
    authority: Option<Arc<ClientConfig>>,
}

impl AcmeCertificate {
    pub fn open(source: AcmeSource<'_>) -> Result<Self, AcmeError> {
        let folder = AcmeFolder::open(source.folder)?;
        let domains = source.domains.iter();
        let order = Order {
            domains: domains.map(|name| name.as_ref().to_owned()).collect(),
            directory: source.directory.as_str().to_owned(),
            folder,
            authority: source.authority.map(trusting).transpose()?,
        };
        Ok(Self {
            current: Arc::new(Current::default()),
            order: Arc::new(order),
        })
    }

    pub fn resolver(&self) -> Arc<dyn ResolvesServerCert> {
        self.current.clone()
    }

    /// Asks for the certificate, and again when it must be renewed.
    pub async fn renew(self) {
        loop {
            let mut state = self.order.state();
            self.current.order(state.resolver());
            let patience = match self.current.is_serving() {
                true => RENEWAL,
                false => FIRST_ORDER,
            };
            tracing::info!(
                domains = ?self.order.domains,
                directory = self.order.directory,
                "the certificate of `http.tls.acme` is read from `http.tls.acme_folder`, or asked for"
            );
            // Fails each time: the renewal does not end by itself.
            let _ = timeout(patience, self.follow(&mut state)).await;
            if !self.current.is_serving() {
                tracing::error!(
                    "no certificate was obtained within {patience:?}: it is asked for once more"
                );
            }
        }
    }

    async fn follow(&self, state: &mut State) {
        let mut pause = SHORTEST_PAUSE;
        while let Some(event) = poll_fn(|context| Pin::new(&mut *state).poll_next(context)).await {
            let is_order_over = match event {
                Ok(EventOk::DeployedCachedCert) => {
                    self.current.serve(state.resolver());
                    tracing::info!("the certificate in `http.tls.acme_folder` is in use");
                    false
                }
                Ok(EventOk::DeployedNewCert) => {
                    self.current.serve(state.resolver());
                    tracing::info!(domains = ?self.order.domains, "a new certificate was obtained");
                    false
                }
                Ok(EventOk::AccountCacheStore) => false,
                Ok(EventOk::CertCacheStore) => true,
                Err(error) => {
                    tracing::error!(
                        %error,
                        "the certificate of `http.tls.acme` was not obtained or not kept, which is tried again later"
                    );
                    matches!(
                        error,
                        EventError::CertCacheStore(_) | EventError::NewCertParse(_)
                    )
                }
            };
            if is_order_over {
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

type State = AcmeState<io::Error>;

impl Order {
    fn state(&self) -> State {
        let config = match &self.authority {
            Some(authority) => {
                AcmeConfig::new_with_client_config(&self.domains, Arc::clone(authority))
            }
            None => AcmeConfig::new(&self.domains),
        };
        let config = config.directory(&self.directory);
        config.cache(self.folder.clone()).state()
    }
}

/// A client that trusts the authority in this file and no other.
fn trusting(path: &Path) -> Result<Arc<ClientConfig>, AcmeError> {
    let unusable = |reason| AcmeError::UnusableAuthority {
        path: path.to_owned(),
        reason,
    };
    let authority =
        CertificateDer::from_pem_file(path).map_err(|_| AcmeError::NoAuthority(path.to_owned()))?;
    let mut roots = RootCertStore::empty();
    roots.add(authority).map_err(unusable)?;
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// What handshakes are answered with.
#[derive(Debug, Default)]
struct Current(RwLock<Resolvers>);

#[derive(Debug, Default)]
struct Resolvers {
    /// Has the certificate; `None` until there is one.
    serving: Option<Arc<ResolvesServerCertAcme>>,
    /// Answers the challenges of the order that is under way.
    ordering: Option<Arc<ResolvesServerCertAcme>>,
}

impl Current {
    fn is_serving(&self) -> bool {
        let resolvers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        resolvers.serving.is_some()
    }

    fn order(&self, resolver: Arc<ResolvesServerCertAcme>) {
        self.write(|resolvers| resolvers.ordering = Some(resolver));
    }

    fn serve(&self, resolver: Arc<ResolvesServerCertAcme>) {
        self.write(|resolvers| resolvers.serving = Some(resolver));
    }

    fn write(&self, change: impl FnOnce(&mut Resolvers)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let resolvers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let chosen = match is_tls_alpn_challenge(&hello) {
            true => resolvers.ordering.clone(),
            false => resolvers.serving.clone(),
        };
        drop(resolvers);
        chosen?.resolve(hello)
    }
}
