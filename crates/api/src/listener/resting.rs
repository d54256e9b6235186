//! Connections without a request. Actix keeps two buffers of 8 KiB for each connection, idle or not, which is most of what a
//! connection costs. So its dispatcher is given up when no request has come for a few seconds, and the connection is kept
//! without one until the next request.

use std::cell::Cell;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_server::GracefulShutdownSignal;
use actix_service::Service;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout};

use super::connection::Connection;
use super::memory;

/// How long actix waits for the next request of a connection.
const REST_AFTER: Duration = Duration::from_secs(2);
/// A connection that actix closes this long after an answer has had no request since. Actix's clock is late by up to half
/// a second, and what it closes for another reason it closes within a second of the answer.
const CERTAINLY_IDLE: Duration = Duration::from_millis(1_250);
/// How long a client may take to be told that the connection ends.
const FAREWELL: Duration = Duration::from_secs(1);

/// How often free memory is given back, after this many connections came to rest or more.
const RELEASE_EVERY: Duration = Duration::from_secs(10);
const MANY: usize = 500;

/// When connections rest, and how long.
#[derive(Clone)]
pub struct Rests {
    keep_alive: Duration,
    begun: Arc<AtomicUsize>,
    shutdown: GracefulShutdownSignal,
}

impl Rests {
    pub fn new(keep_alive: Duration, shutdown: GracefulShutdownSignal) -> Self {
        Self {
            keep_alive,
            begun: Arc::default(),
            shutdown,
        }
    }

    /// How long actix keeps a connection without a request; zero closes each after its response.
    pub fn until_rest(&self) -> Duration {
        self.keep_alive.min(REST_AFTER)
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
        let returned = Rc::new(Cell::new(None));
        loop {
            let lent = Lent::new(connection, Rc::clone(&returned));
            // In a box, so that a resting connection has no room for it.
            Box::pin(http.call((lent, peer))).await?;
            connection = match returned.take() {
                Some(connection) => connection,
                None => return Ok(()),
            };
            self.begun.fetch_add(1, Ordering::Relaxed);
            let left = self.keep_alive.saturating_sub(REST_AFTER);
            tokio::select! {
                biased;
                () = self.shutdown.notified() => break,
                () = connection.readable() => {}
                () = sleep(left) => break,
            }
        }
        // A client that has gone needs no farewell.
        let _ = timeout(FAREWELL, connection.shutdown()).await;
        Ok(())
    }
}

/// A connection in use by actix. When actix closes it because no request has come, it goes back to the lender, open.
pub struct Lent {
    /// `None` once it is back.
    connection: Option<Box<Connection>>,
    lender: Rc<Cell<Option<Box<Connection>>>>,
    last: Last,
}

/// What happened last on a connection. Only an answered one can rest: otherwise actix may have read a part of a request.
#[derive(Clone, Copy)]
enum Last {
    Read,
    Written,
    Answered(Instant),
}

impl Lent {
    fn new(connection: Box<Connection>, lender: Rc<Cell<Option<Box<Connection>>>>) -> Self {
        Self {
            connection: Some(connection),
            lender,
            last: Last::Read,
        }
    }
}

impl AsyncRead for Lent {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let Some(connection) = &mut this.connection else {
            return Poll::Ready(Ok(()));
        };
        let read = Pin::new(connection).poll_read(context, buffer);
        if read.is_ready() {
            this.last = Last::Read;
        }
        read
    }
}

impl AsyncWrite for Lent {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let Some(connection) = &mut this.connection else {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        };
        let written = Pin::new(connection).poll_write(context, bytes);
        this.last = match written {
            Poll::Ready(Ok(length)) if length == bytes.len() => Last::Written,
            Poll::Ready(_) | Poll::Pending => Last::Read,
        };
        written
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let Some(connection) = &mut this.connection else {
            return Poll::Ready(Ok(()));
        };
        let flushed = Pin::new(connection).poll_flush(context);
        if let (Last::Written, Poll::Ready(Ok(()))) = (this.last, &flushed) {
            this.last = Last::Answered(Instant::now());
        }
        flushed
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let Some(mut connection) = this.connection.take() else {
            return Poll::Ready(Ok(()));
        };
        if matches!(this.last, Last::Answered(at) if at.elapsed() >= CERTAINLY_IDLE) {
            this.lender.set(Some(connection));
            return Poll::Ready(Ok(()));
        }
        let shut = Pin::new(&mut connection).poll_shutdown(context);
        this.connection = Some(connection);
        shut
    }
}
