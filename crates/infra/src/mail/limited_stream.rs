//! A connection to a mail server with a limit on the bytes read. lettre reads a line until it ends, and a hostile
//! server may never end a line.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::{AsyncRead as _, AsyncWrite as _};
#[expect(
    deprecated,
    reason = "lettre has no other way to start TLS on a stream that it did not open"
)]
use lettre::transport::smtp::client::AsyncNetworkStream;
use lettre::transport::smtp::client::{AsyncTokioStream, TlsParameters};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The most bytes that are read from a connection, which carries one mail, TLS included. The responses of a server take
/// some thousand bytes, and its certificate chain some thousand more.
pub(super) const MOST_READ: usize = 256 * 1024;

/// A connection that fails once the server has sent more than [`MOST_READ`].
pub(super) struct LimitedStream {
    stream: TcpStream,
    left: usize,
}

impl LimitedStream {
    /// Connects to the mail server.
    pub(super) async fn connect(host: &str, port: u16) -> io::Result<Self> {
        Ok(Self {
            stream: TcpStream::connect((host, port)).await?,
            left: MOST_READ,
        })
    }

    /// Starts TLS on the connection.
    #[expect(deprecated, reason = "see the import")]
    pub(super) async fn encrypted(
        self,
        tls: TlsParameters,
    ) -> Result<EncryptedStream, lettre::transport::smtp::Error> {
        let mut stream = AsyncNetworkStream::use_existing_tokio1(Box::new(self));
        stream.upgrade_tls(tls).await?;
        Ok(EncryptedStream(stream))
    }
}

impl fmt::Debug for LimitedStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stream.fmt(f)
    }
}

impl AsyncRead for LimitedStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
        match this.left.checked_sub(buffer.filled().len() - before) {
            Some(left) => {
                this.left = left;
                Poll::Ready(Ok(()))
            }
            None => Poll::Ready(Err(io::Error::other(
                "the mail server sent more than 256 KiB on one connection",
            ))),
        }
    }
}

impl AsyncWrite for LimitedStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

impl AsyncTokioStream for LimitedStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

/// An encrypted connection that lettre uses for SMTP.
#[derive(Debug)]
#[expect(deprecated, reason = "see the import")]
pub(super) struct EncryptedStream(AsyncNetworkStream);

impl AsyncRead for EncryptedStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let free = buffer.initialize_unfilled();
        let read = ready!(Pin::new(&mut self.get_mut().0).poll_read(context, free))?;
        buffer.advance(read);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for EncryptedStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().0).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_close(context)
    }
}

impl AsyncTokioStream for EncryptedStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}
