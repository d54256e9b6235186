//! Connections without a request. Actix keeps two buffers of 8 KiB for each connection, idle or not, which is most of
//! what a connection costs. So it is given a connection only while there is something to do: when no request has come
//! for a while, it is told that the client has gone, and the connection is kept without it until the next request.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_server::GracefulShutdownSignal;
use actix_service::Service;
use tokio::io::{AsyncWriteExt, ReadBuf};
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use super::connection::Connection;
use super::handover::write_chunks;
use super::lent::{Back, Lent, REST_AFTER};
use super::memory;

/// How much is read of the next request before actix reads on.
const CHUNK: usize = 4 * 1024;
/// So many line ends before a request are actix's to judge.
const MOST_BLANK: usize = 1024;
/// How long a client may take to be told that the connection ends.
const FAREWELL: Duration = Duration::from_secs(1);

/// How often free memory is given back, after so many connections came to rest or more.
const RELEASE_EVERY: Duration = Duration::from_secs(10);
const MANY: usize = 500;

/// Serves connections over HTTP/1.1, and keeps those without a request for so long.
#[derive(Clone)]
pub struct IdleConnections {
    keep_alive: Duration,
    begun: Arc<AtomicUsize>,
    shutdown: GracefulShutdownSignal,
}

impl IdleConnections {
    pub fn new(keep_alive: Duration, shutdown: GracefulShutdownSignal) -> Self {
        Self {
            keep_alive,
            begun: Arc::default(),
            shutdown,
        }
    }

    /// Gives back what connections used that rest now, again and again.
    pub async fn release_memory(self) {
        loop {
            sleep(RELEASE_EVERY).await;
            if self.begun.swap(0, Ordering::Relaxed) >= MANY {
                // It takes some milliseconds.
                let _ = spawn_blocking(memory::release).await;
            }
        }
    }

    /// Serves the requests of a connection, until the client or the server ends it.
    pub async fn serve<S>(
        &self,
        http: &S,
        mut connection: Box<Connection>,
        peer: Option<SocketAddr>,
    ) -> Result<(), DispatchError>
    where
        S: Service<(Lent, Option<SocketAddr>), Response = (), Error = DispatchError>,
    {
        let mut begun = Vec::new();
        loop {
            let (lent, loan) = Lent::new(connection, begun);
            // In a box, so that a resting connection has no room for it.
            let served = Box::pin(http.call((lent, peer))).await;
            let Some(back) = loan.take() else {
                return served;
            };
            self.begun.fetch_add(1, Ordering::Relaxed);
            connection = match back {
                Back::Idle(connection) => connection,
                Back::With(pieces, mut connection) => {
                    let written = Box::pin(write_chunks(&mut connection, pieces)).await;
                    written.map_err(DispatchError::Io)?;
                    return farewell(connection).await;
                }
            };
            begun = self
                .rest(&mut connection)
                .await
                .map_err(DispatchError::Io)?;
            if begun.is_empty() {
                return farewell(connection).await;
            }
        }
    }

    /// The first bytes of the next request; none if the connection ends instead.
    async fn rest(&self, connection: &mut Connection) -> io::Result<Vec<u8>> {
        tokio::select! {
            biased;
            () = self.shutdown.notified() => Ok(Vec::new()),
            begun = next_request(connection) => begun,
            () = sleep(self.keep_alive.saturating_sub(REST_AFTER)) => Ok(Vec::new()),
        }
    }
}

/// Ends a connection. A client that has gone needs no farewell.
async fn farewell(mut connection: Box<Connection>) -> Result<(), DispatchError> {
    let _ = Box::pin(timeout(FAREWELL, connection.shutdown())).await;
    Ok(())
}

/// Waits for a request to begin, and reads its first bytes; none if the client goes. Line ends before a request mean
/// nothing (RFC 9112 §2.2), and records of TLS without data none either: neither is a request, and actix would wait for
/// its rest. All that is read is handed on.
async fn next_request(connection: &mut Connection) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let before = bytes.len();
        poll_fn(|context| poll_chunk(connection, context, &mut bytes)).await?;
        if bytes.len() == before {
            return Ok(Vec::new());
        }
        let is_blank = bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
        if !is_blank || bytes.len() >= MOST_BLANK {
            return Ok(bytes);
        }
    }
}

/// The buffer lies on the stack, so that it is no part of a resting connection.
fn poll_chunk(
    connection: &mut Connection,
    context: &mut Context<'_>,
    bytes: &mut Vec<u8>,
) -> Poll<io::Result<()>> {
    let mut chunk = [0; CHUNK];
    let mut chunk = ReadBuf::new(&mut chunk);
    ready!(connection.poll_read_at_rest(context, &mut chunk))?;
    bytes.extend_from_slice(chunk.filled());
    Poll::Ready(Ok(()))
}
