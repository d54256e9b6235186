//! Admits or refuses connections, and handles those that do not speak HTTP.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_server::GracefulShutdownSignal;
use actix_service::{Service, ServiceFactory, fn_factory, fn_service};
use actix_web::rt::net::{TcpStream, UnixStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::clients::Clients;
use super::connection::Connection;
use super::http2::{Http2Connection, Http2Timeouts};
use super::lent::Lent;
use super::resting::IdleConnections;
use super::stream::{Protocol, Stream};
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
    keep_alive: Duration,
    longest_silence: Duration,
    tls: Option<TlsAcceptor>,
    shutdown: GracefulShutdownSignal,
    malformed: AtomicU64,
}

impl Door {
    /// Handshakes end when the server stops.
    pub fn new(
        config: &Http,
        proxies: TrustedProxies,
        tls: Option<&Tls>,
        shutdown: GracefulShutdownSignal,
    ) -> Self {
        Self(Arc::new(Inner {
            proxies,
            clients: Arc::new(Clients::new(config.connections_per_client)),
            keep_alive: config.keep_alive,
            longest_silence: config.keep_alive + config.body_timeout + FOR_THE_WORK,
            tls: tls.map(Tls::acceptor),
            shutdown,
            malformed: AtomicU64::new(0),
        }))
    }

    pub fn http2_timeouts(&self) -> Http2Timeouts {
        Http2Timeouts {
            keep_alive: self.0.keep_alive,
            longest_silence: self.0.longest_silence,
        }
    }

    /// A service that passes admitted connections on to the service of the protocol that the client chose. Without TLS
    /// there is no choice, and no `http2`.
    pub fn before<Http1, Http2>(
        self,
        http1: Http1,
        http2: Option<Http2>,
        idle: IdleConnections,
    ) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = DispatchError, InitError = ()>
    where
        Http1: ServiceFactory<
                (Lent, Option<SocketAddr>),
                Config = (),
                Response = (),
                Error = DispatchError,
                InitError = (),
            >,
        Http2: ServiceFactory<
                Http2Connection,
                Config = (),
                Response = (),
                Error = DispatchError,
                InitError = (),
            >,
        Http1::Service: 'static,
        Http2::Service: 'static,
        Http1::Future: 'static,
        Http2::Future: 'static,
    {
        fn_factory(move || {
            let http1 = http1.new_service(());
            let http2 = http2.as_ref().map(|http2| http2.new_service(()));
            let (door, idle) = (self.clone(), idle.clone());
            async move {
                let http2 = match http2 {
                    Some(http2) => Some(http2.await?),
                    None => None,
                };
                let services = Rc::new((http1.await?, http2, idle));
                Ok(fn_service(move |stream: TcpStream| {
                    let (door, services) = (door.clone(), Rc::clone(&services));
                    // In boxes, so that a connection has no room for what it does not do. Actix has room for two of
                    // what it is given.
                    Box::pin(async move {
                        let (http1, http2, idle) = &*services;
                        let served = match Box::pin(door.0.admit(stream)).await? {
                            Admitted::Http1(connection, peer) => {
                                idle.serve(http1, connection, Some(peer)).await
                            }
                            Admitted::Http2(connection) => match http2 {
                                Some(http2) => Box::pin(http2.call(*connection)).await,
                                None => Err(refused()),
                            },
                        };
                        served.inspect_err(|error| door.0.note(error))
                    })
                }))
            }
        })
    }

    /// The same for connections to a unix socket. Their peer has no address, and is not limited: it is a proxy on this
    /// machine, because the mode of the socket decides who may connect.
    pub fn before_unix<Http1>(
        self,
        http1: Http1,
        idle: IdleConnections,
    ) -> impl ServiceFactory<UnixStream, Config = (), Response = (), Error = DispatchError, InitError = ()>
    where
        Http1: ServiceFactory<
                (Lent, Option<SocketAddr>),
                Config = (),
                Response = (),
                Error = DispatchError,
                InitError = (),
            >,
        Http1::Service: 'static,
        Http1::Future: 'static,
    {
        fn_factory(move || {
            let http1 = http1.new_service(());
            let (door, idle) = (self.clone(), idle.clone());
            async move {
                let services = Rc::new((http1.await?, idle));
                Ok(fn_service(move |stream: UnixStream| {
                    let (door, services) = (door.clone(), Rc::clone(&services));
                    Box::pin(async move {
                        let (http1, idle) = &*services;
                        let (stream, silence) = (Stream::Unix(stream), door.0.longest_silence);
                        let connection = Connection::new(stream, silence, Protocol::Http1, None);
                        let served = idle.serve(http1, Box::new(connection), None).await;
                        served.inspect_err(|error| door.0.note(error))
                    })
                }))
            }
        })
    }
}

/// An admitted connection, by the protocol that its client chose.
enum Admitted {
    Http1(Box<Connection>, SocketAddr),
    Http2(Box<Http2Connection>),
}

impl Inner {
    /// Trusted proxies are not limited, because each carries many clients. A connection counts for its client from
    /// before the handshake.
    async fn admit(&self, stream: TcpStream) -> Result<Admitted, DispatchError> {
        // The client may have disconnected already.
        let peer = stream.peer_addr().map_err(DispatchError::Io)?;
        let clients = match self.proxies.trust(peer.ip()) {
            true => None,
            false => Some(Arc::clone(&self.clients)),
        };
        let permit = match &clients {
            Some(clients) => Some(clients.enter(peer.ip()).ok_or_else(refused)?),
            None => None,
        };
        // Otherwise what follows a handshake waits until the client has acknowledged it, which may take 40 ms.
        stream.set_nodelay(true).map_err(DispatchError::Io)?;
        let stream = self.encrypted(stream).await.map_err(DispatchError::Io)?;
        let chosen = stream.protocol();
        let connection = Connection::new(stream, self.longest_silence, chosen, permit);
        match chosen {
            Protocol::Http1 => Ok(Admitted::Http1(Box::new(connection), peer)),
            Protocol::Http2 => Ok(Admitted::Http2(Box::new(Http2Connection {
                connection,
                peer,
                clients,
            }))),
            Protocol::Acme => Err(refused()),
        }
    }

    async fn encrypted(&self, stream: TcpStream) -> io::Result<Stream> {
        let Some(tls) = &self.tls else {
            return Ok(Stream::Plain(stream));
        };
        let shaken = tokio::select! {
            shaken = timeout(HANDSHAKE, tls.accept(stream)) => shaken,
            () = self.shutdown.notified() => return Err(ErrorKind::ConnectionAborted.into()),
        };
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
