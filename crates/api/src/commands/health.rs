//! `azuma health`: asks the server on this machine whether it is ready.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::crypto::{
    CryptoProvider, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{self, ClientConfig, DigitallySignedStruct, SignatureScheme};

use super::{print, runtime};
use crate::config::{Config, Listen};
use crate::health::{READINESS, Readiness};

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most bytes of an answer that are read.
const LONGEST: u64 = 16 * 1024;

/// Prints one line if the server is ready.
///
/// # Errors
/// One sentence that says why it is not, or why it cannot be asked.
pub fn run(config: &Config) -> Result<(), Box<dyn Error>> {
    let readiness = runtime()?.block_on(async {
        let asked = timeout(PATIENCE, ask(config)).await;
        asked.unwrap_or_else(|_| Err(format!("the server did not answer within {PATIENCE:?}")))
    })?;
    match readiness.ready {
        true => Ok(print(&format!("{readiness}\n"))?),
        false => Err(format!("not ready: {readiness}").into()),
    }
}

async fn ask(config: &Config) -> Result<Readiness, String> {
    let listen = &config.http.listen;
    let answer = match listen {
        Listen::Tcp(address) => {
            let stream = connect(address.as_str()).await?;
            match config.http.tls.source()? {
                Some(_) => exchange(encrypt(stream).await?).await?,
                None => exchange(stream).await?,
            }
        }
        Listen::Unix(path) => {
            let stream = UnixStream::connect(path.as_path()).await;
            let refused = |error| format!("no server answers at {listen}: {error}");
            exchange(stream.map_err(refused)?).await?
        }
        Listen::Systemd => {
            return Err(format!(
                "`http.listen` is `systemd`, so the server's sockets are not known: ask one of them for {READINESS}"
            ));
        }
    };
    read(&answer).ok_or_else(|| format!("what answers at {listen} is no server of this version"))
}

/// Connects to the first of the addresses that accepts.
async fn connect(listen: &str) -> Result<TcpStream, String> {
    let refused = |error| format!("no server answers at {listen}: {error}");
    let mut refusal = "the name has no address".to_owned();
    for address in listen.to_socket_addrs().map_err(refused)? {
        if address.port() == 0 {
            return Err("`http.listen` has port 0, so the server's port is not known".to_owned());
        }
        match TcpStream::connect(on_this_machine(address)).await {
            Ok(stream) => return Ok(stream),
            Err(error) => refusal = refused(error),
        }
    }
    Err(refusal)
}

/// Where a server that listens on this address can be reached.
fn on_this_machine(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

async fn encrypt(stream: TcpStream) -> Result<TlsStream<TcpStream>, String> {
    let failed = |error: &dyn Error| format!("TLS with the server failed: {error}");
    let provider = Arc::new(default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth();
    let peer = stream.peer_addr().map_err(|error| failed(&error))?;
    let connected = TlsConnector::from(Arc::new(config))
        .connect(ServerName::IpAddress(peer.ip().into()), stream)
        .await;
    connected.map_err(|error| failed(&error))
}

/// Sends the question, and reads what comes back.
async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> Result<Vec<u8>, String> {
    let failed = |error| format!("the server cannot be asked: {error}");
    let question =
        format!("GET {READINESS} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let sent = stream.write_all(question.as_bytes()).await;
    sent.map_err(failed)?;
    stream.flush().await.map_err(failed)?;
    let mut answer = Vec::new();
    match stream.take(LONGEST).read_to_end(&mut answer).await {
        Err(error) if answer.is_empty() => Err(failed(error)),
        // A connection that breaks after the answer has brought it.
        Ok(_) | Err(_) => Ok(answer),
    }
}

/// The body of the answer; `None` if something else has answered.
fn read(answer: &[u8]) -> Option<Readiness> {
    let answer = str::from_utf8(answer).ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    serde_json::from_str(body).ok()
}

/// Accepts every certificate: the server's is for the names that clients use, and an address of this machine is none of
/// them. Nothing secret is sent.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
