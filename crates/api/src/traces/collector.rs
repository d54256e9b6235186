//! Posts spans to the collector.
//!
//! An HTTP client for one kind of request, on the thread that sends spans and does nothing else: it blocks. Each request
//! has a connection and a deadline of its own, and of the answer only the status is read.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use http::uri::Scheme;
use http::{Request, Response, StatusCode};
use opentelemetry_http::{Bytes, HttpClient, HttpError};
use thiserror::Error;
use tokio::time::Instant;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::standing::Standing;

/// How long a request to the collector may take.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// Why the collector cannot be used.
#[derive(Debug, Error)]
pub enum CollectorError {
    #[error("{} (`telemetry.otlp_ca_file`) cannot be read, or holds no certificate in PEM", .0.display())]
    NoAuthority(PathBuf),
    #[error("a certificate in {} (`telemetry.otlp_ca_file`) cannot be used: {reason}", path.display())]
    UnusableAuthority {
        path: PathBuf,
        reason: rustls::Error,
    },
    #[error("TLS cannot be used: {0}")]
    Tls(#[from] rustls::Error),
}

/// Why spans did not arrive.
#[derive(Debug, Error)]
enum NotSent {
    #[error("the URL is of no server")]
    NoServer,
    #[error("it took longer than {PATIENCE:?}")]
    Late,
    #[error("{0}")]
    Broken(io::Error),
    #[error("the answer is not of HTTP")]
    NotHttp,
    #[error("the answer was {0}")]
    Refused(StatusCode),
}

impl From<io::Error> for NotSent {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // What a socket with a timeout says on Linux is the former.
            ErrorKind::WouldBlock | ErrorKind::TimedOut => Self::Late,
            // It ended the connection.
            ErrorKind::UnexpectedEof => Self::NotHttp,
            _ => Self::Broken(error),
        }
    }
}

/// The collector, and how it stands with it.
pub struct Collector {
    tls: Arc<ClientConfig>,
    standing: Mutex<Standing>,
}

impl Collector {
    /// One that trusts the public authorities, and those in this file.
    pub fn trusting(authorities: Option<&Path>) -> Result<Self, CollectorError> {
        let mut roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
        if let Some(path) = authorities {
            for authority in read_authorities(path)? {
                let added = roots.add(authority);
                added.map_err(|reason| CollectorError::UnusableAuthority {
                    path: path.to_owned(),
                    reason,
                })?;
            }
        }
        let tls = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            tls: Arc::new(tls),
            standing: Mutex::default(),
        })
    }

    fn post(&self, request: &Request<Bytes>) -> Result<StatusCode, NotSent> {
        let url = request.uri();
        let host = url.host().ok_or(NotSent::NoServer)?;
        let is_https = url.scheme() == Some(&Scheme::HTTPS);
        let port = url.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        let connection = Connection::open(host, port)?;
        if !is_https {
            return exchange(connection, request);
        }
        let name = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let name = ServerName::try_from(name).map_err(|_| NotSent::NoServer)?;
        let tls = ClientConnection::new(Arc::clone(&self.tls), name);
        let tls = tls.map_err(|error| NotSent::Broken(io::Error::other(error)))?;
        exchange(StreamOwned::new(tls, connection), request)
    }
}

fn read_authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, CollectorError> {
    let found = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    match found {
        Ok(found) if !Vec::is_empty(&found) => Ok(found),
        Ok(_) | Err(_) => Err(CollectorError::NoAuthority(path.to_owned())),
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let answer = self.post(&request);
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        match &answer {
            Ok(status) if status.is_success() => standing.note_taken(),
            Ok(status) => standing.note_not_taken(&NotSent::Refused(*status)),
            Err(reason) => standing.note_not_taken(reason),
        }
        drop(standing);
        Ok(Response::builder().status(answer?).body(Bytes::new())?)
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collector").finish_non_exhaustive()
    }
}

/// Writes the request and reads the first words of the answer.
fn exchange(
    mut connection: impl Read + Write,
    request: &Request<Bytes>,
) -> Result<StatusCode, NotSent> {
    connection.write_all(&head(request))?;
    connection.write_all(request.body())?;
    connection.flush()?;
    let mut start = [0; "HTTP/1.1 200".len()];
    connection.read_exact(&mut start)?;
    let status = start.strip_prefix(b"HTTP/1.").and_then(|rest| match rest {
        [b'0' | b'1', b' ', status @ ..] => StatusCode::from_bytes(status).ok(),
        _ => None,
    });
    status.ok_or(NotSent::NotHttp)
}

fn head(request: &Request<Bytes>) -> Vec<u8> {
    let url = request.uri();
    let path = url.path_and_query().map_or("/", |path| path.as_str());
    let host = url.authority().map_or("", |authority| authority.as_str());
    let length = request.body().len();
    let mut head = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n"
    )
    .into_bytes();
    for (name, value) in request.headers() {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            head.extend_from_slice(part);
        }
    }
    head.extend_from_slice(b"\r\n");
    head
}

/// A connection that ends at a deadline, however often something arrives before it.
struct Connection {
    stream: TcpStream,
    deadline: Instant,
}

impl Connection {
    fn open(host: &str, port: u16) -> Result<Self, NotSent> {
        let deadline = Instant::now() + PATIENCE;
        let mut outcome = Err(NotSent::NoServer);
        for address in format!("{host}:{port}").to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, left_until(deadline)?) {
                Ok(stream) => return Ok(Self { stream, deadline }),
                Err(error) => outcome = Err(error.into()),
            }
        }
        outcome
    }
}

fn left_until(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    match left.is_zero() {
        true => Err(ErrorKind::TimedOut.into()),
        false => Ok(left),
    }
}

impl Read for Connection {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = left_until(self.deadline)?;
        self.stream.set_read_timeout(Some(left))?;
        self.stream.read(into)
    }
}

impl Write for Connection {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        let left = left_until(self.deadline)?;
        self.stream.set_write_timeout(Some(left))?;
        self.stream.write(from)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
