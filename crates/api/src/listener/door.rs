//! Admits or refuses connections, and handles those that do not speak HTTP.

use std::future::ready;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_service::{ServiceFactory, ServiceFactoryExt, fn_service};
use actix_web::rt::net::TcpStream;

use super::clients::Clients;
use super::connection::Connection;
use crate::config::Http;
use crate::http::origin::TrustedProxies;

/// The part of the write timeout that allows for handling a request.
const FOR_THE_WORK: Duration = Duration::from_mins(1);

/// Admission in front of the HTTP service, shared by all worker threads.
#[derive(Clone)]
pub struct Door(Arc<Inner>);

struct Inner {
    proxies: TrustedProxies,
    clients: Arc<Clients>,
    longest_silence: Duration,
    malformed: AtomicU64,
}

impl Door {
    pub fn new(config: &Http, proxies: TrustedProxies) -> Self {
        Self(Arc::new(Inner {
            proxies,
            clients: Arc::new(Clients::new(config.connections_per_client)),
            longest_silence: config.keep_alive + config.body_timeout + FOR_THE_WORK,
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
        fn_service(move |stream: TcpStream| ready(door.0.admit(stream)))
            .and_then(service)
            .map_err(move |error| {
                self.0.note(&error);
                error
            })
    }
}

impl Inner {
    /// Trusted proxies are not limited, because each carries many clients.
    fn admit(&self, stream: TcpStream) -> Result<(Connection, Option<SocketAddr>), DispatchError> {
        // The client may have disconnected already.
        let peer = stream.peer_addr().map_err(DispatchError::Io)?;
        let place = match self.proxies.trust(peer.ip()) {
            true => None,
            false => Some(self.clients.enter(peer.ip()).ok_or_else(refused)?),
        };
        let connection = Connection::new(stream, self.longest_silence, place);
        Ok((connection, Some(peer)))
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
