//! A client's connection.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::clients::ClientPermit;
use super::idle_timer::IdleTimer;
use super::opening::{Opening, Rest};
use super::stream::{Protocol, Stream};

/// A connection that fails once nothing was written to it for too long. This ends endless request heads, endless unread
/// bodies, and clients that do not read their responses.
pub struct Connection {
    stream: Stream,
    /// `None` once the opening bytes are handed on, and for HTTP/2.
    opening: Option<Opening>,
    idle: IdleTimer,
    /// Held for as long as the connection is open.
    _permit: Option<ClientPermit>,
}

impl Connection {
    /// The connection fails when nothing was written for `longest_silence`, at the latest after twice that time.
    pub fn new(
        stream: Stream,
        longest_silence: Duration,
        protocol: Protocol,
        permit: Option<ClientPermit>,
    ) -> Self {
        Self {
            stream,
            opening: match protocol {
                Protocol::Http1 => Some(Opening::default()),
                Protocol::Http2 | Protocol::Acme => None,
            },
            idle: IdleTimer::new(longest_silence),
            _permit: permit,
        }
    }

    /// Waits without reading. Fails as a read does.
    pub fn poll_wait(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        waiting(&mut self.idle, context)
    }

    /// Reads while the client may take its time. The opening bytes must have been handed on.
    pub fn poll_read_at_rest(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.idle.forget();
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

/// `Pending`, or an error once nothing was written for too long.
fn waiting<T>(idle: &mut IdleTimer, context: &mut Context<'_>) -> Poll<io::Result<T>> {
    ready!(idle.poll(context));
    Poll::Ready(Err(ErrorKind::TimedOut.into()))
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Some(opening) = &mut this.opening {
            match opening.poll_read(Pin::new(&mut this.stream), context, buffer) {
                Poll::Pending => return waiting(&mut this.idle, context),
                Poll::Ready(Ok(Some(Rest::Sent))) => this.opening = None,
                Poll::Ready(Ok(None | Some(Rest::Nothing))) => return Poll::Ready(Ok(())),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            }
        }
        match Pin::new(&mut this.stream).poll_read(context, buffer) {
            Poll::Pending => waiting(&mut this.idle, context),
            ready => ready,
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_write(context, bytes) {
            Poll::Pending => waiting(&mut this.idle, context),
            ready => {
                this.idle.record_activity();
                ready
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // TLS holds back bytes that the client does not read, so a flush may wait as long as a write.
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_flush(context) {
            Poll::Pending => waiting(&mut this.idle, context),
            ready => ready,
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::rt::net::{TcpListener, TcpStream};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::sleep;

    use super::*;

    const LONGEST: Duration = Duration::from_millis(20);

    /// A connection, and its client.
    async fn connected() -> (Connection, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap());
        let (client, accepted) = tokio::join!(client, listener.accept());
        let connection = Connection::new(
            Stream::Plain(accepted.unwrap().0),
            LONGEST,
            Protocol::Http1,
            None,
        );
        (connection, client.unwrap())
    }

    /// Polls a read once the connection has been silent for so long that it looks at its timer.
    async fn read_later(connection: &mut Connection) -> Poll<io::Result<usize>> {
        sleep(2 * LONGEST).await;
        let mut byte = [0];
        let mut reading = std::pin::pin!(connection.read(&mut byte));
        std::future::poll_fn(|context| Poll::Ready(reading.as_mut().poll(context))).await
    }

    #[tokio::test]
    async fn a_connection_that_is_answered_now_and_then_lasts() {
        let (mut connection, _client) = connected().await;
        for _ in 0..5 {
            connection.write_all(b"answer").await.unwrap();
            assert!(read_later(&mut connection).await.is_pending());
        }
    }

    #[tokio::test]
    async fn a_connection_that_nothing_is_written_to_breaks_off_whatever_is_read() {
        let (mut connection, mut client) = connected().await;
        assert!(read_later(&mut connection).await.is_pending());
        connection.write_all(b"answer").await.unwrap();
        assert!(read_later(&mut connection).await.is_pending());
        client.write_all(b"x").await.unwrap();
        assert_eq!(connection.read(&mut [0]).await.unwrap(), 1);
        let read = read_later(&mut connection).await;
        let is_over = |error: &io::Error| error.kind() == ErrorKind::TimedOut;
        assert!(
            matches!(&read, Poll::Ready(Err(error)) if is_over(error)),
            "{read:?}"
        );
    }
}
