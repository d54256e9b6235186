//! A connection while actix serves it.

use std::cell::Cell;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::ahead::{Ahead, Unanswered};
use super::connection::Connection;
use super::exchange::Exchange;
use super::handover::{Handover, Pieces};
use super::idle_timer::IdleTimer;

/// How long a connection is idle before it rests, at least; twice that at most.
pub const REST_AFTER: Duration = Duration::from_secs(1);

/// How long a connection hands on nothing while a request is being answered: it may be one whose body is held back, because an end of a
/// line in a body was taken for the end of a head.
const LONGEST_WAIT: Duration = Duration::from_millis(250);

/// A connection on loan to actix. Once it has been idle for a while, it is given back, and actix reads the end of the stream. It is
/// also given back with a stream that a handler has offered.
pub struct Lent {
    /// `None` once it is back.
    connection: Option<Box<Connection>>,
    lender: Rc<Cell<Option<Back>>>,
    handover: Handover,
    /// Bytes that were read before it was lent.
    begun: Vec<u8>,
    exchange: Exchange,
    ahead: Ahead,
    /// While there is no room ahead: when more is handed on all the same, if all that is written has left.
    waits: Option<Pin<Box<Sleep>>>,
    /// Ended by each response.
    idle: IdleTimer,
}

/// A connection that was given back, open.
pub enum Back {
    /// Between two requests.
    Idle(Box<Connection>),
    /// After the head of a response, whose body these are.
    With(Pieces, Box<Connection>),
}

/// Where a connection comes back to.
pub struct Loan(Rc<Cell<Option<Back>>>);

impl Loan {
    /// The connection, if it was given back.
    pub fn take(self) -> Option<Back> {
        self.0.take()
    }
}

impl Lent {
    /// Lends a connection of which these bytes were read already.
    pub fn new(connection: Box<Connection>, begun: Vec<u8>) -> (Self, Loan) {
        let lender = Rc::new(Cell::new(None));
        let lent = Self {
            connection: Some(connection),
            lender: Rc::clone(&lender),
            handover: Handover::default(),
            begun,
            exchange: Exchange::None,
            ahead: Ahead::default(),
            waits: None,
            idle: IdleTimer::new(REST_AFTER),
        };
        (lent, Loan(lender))
    }

    /// Where handlers offer streams to the connection.
    pub fn handover(&self) -> Handover {
        self.handover.clone()
    }

    /// Where the requests that are being answered are counted.
    pub fn unanswered(&self) -> Unanswered {
        self.ahead.unanswered()
    }

    /// Keeps what may not be handed on yet for the next read.
    fn hold_back(&mut self, before: usize, buffer: &mut ReadBuf<'_>) {
        let bytes = buffer.filled().get(before..).unwrap_or_default();
        // The bytes of a body end no head.
        let admitted = match self.exchange.awaits_body() {
            true => bytes.len(),
            false => self.ahead.admit(bytes),
        };
        let (admitted, rest) = bytes.split_at(admitted.min(bytes.len()));
        self.exchange = self.exchange.read(admitted);
        if !rest.is_empty() {
            self.begun.splice(..0, rest.iter().copied());
            buffer.set_filled(before + admitted.len());
        }
    }

    /// Gives the connection back with the stream that is offered, if there is one. The borrower is told of a failure.
    fn hand_over(&mut self) -> io::Result<()> {
        let Some(pieces) = self.handover.take() else {
            return Ok(());
        };
        let connection = self.connection.take();
        self.lender
            .set(connection.map(|connection| Back::With(pieces, connection)));
        Err(ErrorKind::ConnectionAborted.into())
    }

    /// Whether the connection has been idle for so long that it shall rest.
    fn poll_idle(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.exchange != Exchange::Over {
            return Poll::Pending;
        }
        self.idle.poll(context)
    }
}

/// Reads what was read before, and then from the connection.
fn poll_next(
    begun: &mut Vec<u8>,
    connection: &mut Connection,
    context: &mut Context<'_>,
    buffer: &mut ReadBuf<'_>,
) -> Poll<io::Result<()>> {
    if begun.is_empty() {
        return Pin::new(connection).poll_read(context, buffer);
    }
    let rest = begun.split_off(begun.len().min(buffer.remaining()));
    buffer.put_slice(begun);
    *begun = rest;
    Poll::Ready(Ok(()))
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
        if !this.ahead.has_room() && !this.exchange.awaits_body() {
            let longest = this
                .waits
                .get_or_insert_with(|| Box::pin(sleep(LONGEST_WAIT)));
            if longest.as_mut().poll(context).is_pending() || !this.ahead.begin_anew() {
                return connection.poll_wait(context);
            }
        }
        let before = buffer.filled().len();
        match poll_next(&mut this.begun, connection, context, buffer) {
            Poll::Ready(read) => {
                this.hold_back(before, buffer);
                Poll::Ready(read)
            }
            Poll::Pending => {
                ready!(this.poll_idle(context));
                this.lender.set(this.connection.take().map(Back::Idle));
                Poll::Ready(Ok(()))
            }
        }
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
            return Poll::Ready(Err(ErrorKind::NotConnected.into()));
        };
        let written = ready!(Pin::new(connection).poll_write(context, bytes))?;
        let bytes = bytes.get(..written).unwrap_or_default();
        this.exchange = this.exchange.written(bytes);
        this.ahead.written();
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let Some(connection) = &mut this.connection else {
            return Poll::Ready(Ok(()));
        };
        ready!(Pin::new(connection).poll_flush(context))?;
        if this.ahead.flushed() && this.waits.take().is_some() {
            // Whether there is room again, the next read finds.
            context.waker().wake_by_ref();
        }
        match this.exchange {
            Exchange::Written => {
                this.exchange = Exchange::Over;
                this.idle.record_activity();
                // Actix does not read again before it is woken.
                let _ = this.poll_idle(context);
                Poll::Ready(Ok(()))
            }
            Exchange::Chunks => Poll::Ready(this.hand_over()),
            Exchange::None
            | Exchange::Asked(_, _)
            | Exchange::Answering(_)
            | Exchange::Over
            | Exchange::Unknown => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().connection {
            Some(connection) => Pin::new(connection).poll_shutdown(context),
            None => Poll::Ready(Ok(())),
        }
    }
}
