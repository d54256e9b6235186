//! HTTPS with a certificate of [`Certificates`](crate::certificates::Certificates): the handshake, and HTTP/2 on it.

use std::future::poll_fn;
use std::io::{self, Cursor};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use h2::client::{Builder, SendRequest};
use h2::{Reason, RecvStream, SendStream};
use http::{HeaderMap, Request, Response};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::version::TLS13;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

/// A handshake by a client that trusts this authority, and offers these protocols.
///
/// # Errors
/// If the handshake fails.
pub async fn shake(
    address: SocketAddr,
    authority: &Path,
    version: &'static SupportedProtocolVersion,
    protocols: &[&[u8]],
) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_file(authority).expect("a certificate");
    roots.add(authority).expect("an authority");
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[version])
        .expect("a version of ring's")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").expect("a name");
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

/// The bytes of a request.
pub type Chunk = Cursor<Vec<u8>>;

/// A connection that speaks HTTP/2.
#[derive(Debug)]
pub struct Http2 {
    requests: SendRequest<Chunk>,
    connection: JoinHandle<Result<(), h2::Error>>,
}

/// A response over HTTP/2.
#[derive(Debug)]
pub struct Http2Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

/// A request over HTTP/2 that was begun.
#[derive(Debug)]
pub struct Begun {
    /// Sends the body.
    pub body: SendStream<Chunk>,
    response: h2::client::ResponseFuture,
}

impl Http2 {
    /// A connection to a server of this authority.
    pub async fn to(address: SocketAddr, authority: &Path) -> Self {
        let stream = shake(address, authority, &TLS13, &[b"h2"]).await;
        let stream = stream.expect("a handshake");
        let (requests, connection) = Builder::new()
            .max_header_list_size(1024 * 1024)
            .handshake(stream)
            .await
            .expect("HTTP/2");
        let connection = tokio::spawn(connection);
        Self {
            requests,
            connection,
        }
    }

    /// Sends a request whose body is whole.
    pub async fn request(&self, request: Request<&str>) -> Http2Answer {
        let (parts, body) = request.into_parts();
        let mut begun = self.begin(Request::from_parts(parts, ())).await;
        begun.send(body, End::Now);
        begun.answer().await.expect("an answer")
    }

    /// Begins a request; its body follows.
    pub async fn begin(&self, request: Request<()>) -> Begun {
        let mut requests = self.requests.clone().ready().await.expect("a connection");
        let (response, body) = requests.send_request(request, false).expect("a connection");
        Begun { body, response }
    }

    /// How the connection ended, once it has.
    ///
    /// # Errors
    /// If the server broke it off.
    pub async fn ended(self) -> Result<(), h2::Error> {
        drop(self.requests);
        self.connection.await.expect("a task")
    }

    /// Whether the server has ended the connection.
    pub fn is_over(&self) -> bool {
        self.connection.is_finished()
    }

    /// The most requests that the server lets this connection have open.
    pub fn most_requests(&self) -> usize {
        self.requests.current_max_send_streams()
    }
}

/// Whether a body ends with what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It does.
    Now,
    /// More follows.
    Later,
}

impl Begun {
    /// Sends a part of the body.
    pub fn send(&mut self, part: &str, end: End) {
        let part = Cursor::new(part.as_bytes().to_vec());
        let sent = self.body.send_data(part, end == End::Now);
        sent.expect("a connection");
    }

    /// Cancels the request.
    pub fn cancel(mut self) {
        self.body.send_reset(Reason::CANCEL);
    }

    /// The status of the response before the response.
    pub async fn informed(&mut self) -> u16 {
        let response = &mut self.response;
        let informed = poll_fn(|context| response.poll_informational(context)).await;
        let informed = informed.expect("an informational response");
        informed.expect("a connection").status().as_u16()
    }

    /// The response.
    ///
    /// # Errors
    /// If the server refused the request or ended the connection.
    pub async fn answer(self) -> Result<Http2Answer, h2::Error> {
        let (head, body) = self.response.await.map(Response::into_parts)?;
        Ok(Http2Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: text(body).await?,
        })
    }
}

async fn text(mut body: RecvStream) -> Result<String, h2::Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = poll_fn(|context| body.poll_data(context)).await {
        let chunk = chunk?;
        body.flow_control().release_capacity(chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8(bytes).expect("UTF-8"))
}
