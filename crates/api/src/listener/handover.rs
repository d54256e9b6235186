//! Streams that last for hours. Actix keeps two buffers of 8 KiB for each connection, which such a stream does not need. So its handler
//! offers it to the connection, which leaves actix once the head of the response is written; the rest is written from here.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::HttpRequest;
use actix_web::web::Bytes;
use futures_core::Stream;

use tokio::io::AsyncWriteExt;

use super::connection::Connection;

/// What comes, piece by piece.
pub type Pieces = Pin<Box<dyn Stream<Item = Bytes>>>;

/// Where a handler offers a stream to the connection of its request.
#[derive(Clone, Default)]
pub struct Handover(Rc<Cell<Option<Pieces>>>);

impl Handover {
    /// Offers a stream to the connection of a request. Returns the body to send until the connection takes the stream over; if it does not,
    /// this body is sent to its end.
    pub fn offer(request: &HttpRequest, pieces: Pieces) -> Offered {
        let handover = request.conn_data::<Self>().cloned().unwrap_or_default();
        handover.0.set(Some(pieces));
        Offered(handover)
    }

    /// The stream, if one is offered.
    pub fn take(&self) -> Option<Pieces> {
        self.0.take()
    }
}

/// A stream that is offered. It is withdrawn when this is dropped.
pub struct Offered(Handover);

impl Stream for Offered {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Handover(place) = &self.0;
        let Some(mut pieces) = place.take() else {
            return Poll::Ready(None);
        };
        let next = pieces.as_mut().poll_next(context);
        if !matches!(next, Poll::Ready(None)) {
            place.set(Some(pieces));
        }
        next.map(|next| next.map(Ok))
    }
}

impl Drop for Offered {
    fn drop(&mut self) {
        drop(self.0.take());
    }
}

/// Writes what comes as chunks (RFC 9112 §7.1), after the head of a response that says so. Nothing is read: a client that has gone is
/// noticed when something is written.
pub async fn write_chunks(connection: &mut Connection, mut pieces: Pieces) -> io::Result<()> {
    while let Some(piece) = poll_fn(|context| pieces.as_mut().poll_next(context)).await {
        // An empty chunk would be the last one.
        if !piece.is_empty() {
            write(connection, &chunk(&piece)).await?;
        }
    }
    write(connection, b"0\r\n\r\n").await
}

async fn write(connection: &mut Connection, bytes: &[u8]) -> io::Result<()> {
    connection.write_all(bytes).await?;
    connection.flush().await
}

/// In one piece, so that it is written by one call.
fn chunk(piece: &[u8]) -> Vec<u8> {
    let mut chunk = format!("{:x}\r\n", piece.len()).into_bytes();
    chunk.extend_from_slice(piece);
    chunk.extend_from_slice(b"\r\n");
    chunk
}
