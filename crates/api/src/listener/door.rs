//! Admits or refuses connections, and handles those that do not speak HTTP.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_service::{ServiceFactory, ServiceFactoryExt, fn_service};
use actix_web::rt::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::clients::Clients;
use super::connection::Connection;
use super::stream::Stream;
use super::tls::Tls;
use crate::config::Http;
use crate::http::origin::TrustedProxies;

/// The part of the write timeout that allows for handling a request.
const FOR_THE_WORK: Duration = Duration::from_mins(1);

/// How long a TLS handshake may take: as long as actix waits for the first head.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// Admission in front of the HTTP service, shared by all worker threads.
#[derive(Clone)]
pub struct Door(Arc<Inner>);

struct Inner {
    proxies: TrustedProxies,
    clients: Arc<Clients>,
    longest_silence: Duration,
    tls: Option<TlsAcceptor>,
    malformed: AtomicU64,
}

impl Door {
    pub fn new(config: &Http, proxies: TrustedProxies, tls: Option<&Tls>) -> Self {
        Self(Arc::new(Inner {
            proxies,
            clients: Arc::new(Clients::new(config.connections_per_client)),
            longest_silence: config.keep_alive + config.body_timeout + FOR_THE_WORK,
            tls: tls.map(Tls::acceptor),
            malformed: AtomicU64::new(0),
        }))
    }

    /// A service that passes admitted connections on to the HTTP service.
    pub fn before<S>(
        self,
        service: S,
    ) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = DispatchError, InitError = ()>
    where
        S: ServiceFactory<
                (Connection, Option<SocketAddr>),
                Config = (),
                Response = (),
                Error = DispatchError,
                InitError = (),
            >,
    {
        let door = self.clone();
        fn_service(move |stream: TcpStream| {
            let door = door.clone();
            async move { door.0.admit(stream).await }
        })
        .and_then(service)
        .map_err(move |error| {
            self.0.note(&error);
            error
        })
    }
}

impl Inner {
    /// Trusted proxies are not limited, because each carries many clients.
    /// The client's connection counts from before the handshake.
    async fn admit(
        &self,
        stream: TcpStream,
    ) -> Result<(Connection, Option<SocketAddr>), DispatchError> {
        // The client may have disconnected already.
        let peer = stream.peer_addr().map_err(DispatchError::Io)?;
        let place = match self.proxies.trust(peer.ip()) {
            true => None,
            false => Some(self.clients.enter(peer.ip()).ok_or_else(refused)?),
        };
        let stream = self.opened(stream).await.map_err(DispatchError::Io)?;
        let connection = Connection::new(stream, self.longest_silence, place);
        Ok((connection, Some(peer)))
    }

    async fn opened(&self, stream: TcpStream) -> io::Result<Stream> {
        let Some(tls) = &self.tls else {
            return Ok(Stream::Plain(stream));
        };
        let shaken = timeout(HANDSHAKE, tls.accept(stream)).await;
        match shaken.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into())) {
            Ok(stream) => Ok(Stream::Tls(Box::new(stream))),
            Err(reason) => {
                tracing::debug!(%reason, "a TLS handshake failed");
                Err(reason)
            }
        }
    }

    /// Logs these errors at a low level, because anyone can send malformed requests at any rate.
    fn note(&self, error: &DispatchError) {
        if let DispatchError::Parse(reason) = error {
            let malformed = self.malformed.fetch_add(1, Ordering::Relaxed) + 1;
            tracing::debug!(%reason, malformed, "a malformed request was refused");
        }
    }
}

fn refused() -> DispatchError {
    DispatchError::Io(io::Error::from(ErrorKind::ConnectionRefused))
}
