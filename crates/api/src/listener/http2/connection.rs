//! The requests of a connection, and their limits.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_http::body::{BoxBody, MessageBody};
use actix_http::error::DispatchError;
use actix_http::{Request, Response};
use actix_server::GracefulShutdownSignal;
use actix_service::Service;
use actix_web::http::header::EXPECT;
use actix_web::web::Bytes;
use h2::server::{Builder, Connection as H2, SendResponse};
use h2::{Reason, RecvStream};
use http::StatusCode;
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep, sleep, timeout};

use super::super::clients::Clients;
use super::super::connection::Connection;
use super::request::{self, Http2Request};
use super::{Http2Connection, Http2Timeouts, response};

/// The most requests that a connection may have open.
const MOST_REQUESTS: u32 = 100;
/// The longest list of headers, in bytes as RFC 9113 §6.5.2 counts them. Each header counts 32 bytes more than it has.
const LONGEST_HEAD: u32 = 32 * 1024;
/// The most bytes of responses that wait in memory for the client of a request.
const MOST_UNSENT: usize = 64 * 1024;
/// How many requests a client may cancel beyond those that were answered, before the connection ends.
const MOST_CANCELLED: u32 = 100;
/// How long a client may take to begin its first request, as over HTTP/1.1.
const FIRST_REQUEST: Duration = Duration::from_secs(5);
/// How long a client may take to agree to the end of a connection, and to send the rest of a body after the response.
const LINGER: Duration = Duration::from_secs(1);

/// The most bytes of a body that are read after the response.
const MOST_DISCARDED: usize = 1024 * 1024;

/// How a request ended.
enum End {
    Answered,
    /// The client cancelled the request, or did not read the response.
    Cancelled,
}

/// Answers the requests of a connection until it ends.
pub async fn serve<App, Answered, Body>(
    accepted: Http2Connection,
    app: Rc<App>,
    timeouts: Http2Timeouts,
    shutdown: GracefulShutdownSignal,
) -> Result<(), DispatchError>
where
    App: Service<Request, Response = Answered> + 'static,
    App::Error: Into<Response<BoxBody>>,
    App::Future: 'static,
    Answered: Into<Response<Body>> + 'static,
    Body: MessageBody + 'static,
{
    let mut shutdown = pin!(shutdown.notified());
    let mut connection = tokio::select! {
        connection = handshake(accepted.connection) => connection?,
        () = &mut shutdown => return Ok(()),
    };
    let mut requests = Requests::new(accepted.peer, accepted.clients);
    let mut phase = Phase::Open;
    let mut quiet = pin!(sleep(FIRST_REQUEST));
    loop {
        tokio::select! {
            next = connection.accept() => {
                let Some((request, mut respond)) = next.transpose().map_err(broken)? else {
                    return Ok(());
                };
                if phase == Phase::Over {
                    respond.send_reset(Reason::REFUSED_STREAM);
                    continue;
                }
                let app = Rc::clone(&app);
                requests.begin(respond, |respond, peer| answer(request, respond, peer, app, timeouts));
            }
            () = requests.one_ended(), if !requests.open.is_empty() => {
                if requests.are_mostly_cancelled() {
                    connection.abrupt_shutdown(Reason::ENHANCE_YOUR_CALM);
                }
                match phase {
                    Phase::Open => quiet.as_mut().reset(Instant::now() + timeouts.keep_alive),
                    Phase::Ending => (),
                    Phase::Over if requests.open.is_empty() => return Ok(()),
                    Phase::Over => (),
                }
            }
            () = &mut shutdown, if phase == Phase::Open => {
                phase = begin_to_end(&mut connection, quiet.as_mut());
            }
            () = &mut quiet, if requests.open.is_empty() || phase == Phase::Ending => match phase {
                Phase::Open => phase = begin_to_end(&mut connection, quiet.as_mut()),
                Phase::Ending | Phase::Over if requests.open.is_empty() => return Ok(()),
                Phase::Ending | Phase::Over => phase = Phase::Over,
            },
        }
    }
}

/// Tells the client that the connection ends, and gives it [`LINGER`] to know it.
fn begin_to_end(connection: &mut H2<Connection, Bytes>, quiet: Pin<&mut Sleep>) -> Phase {
    connection.graceful_shutdown();
    quiet.reset(Instant::now() + LINGER);
    Phase::Ending
}

/// How far a connection is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// The client was told that the connection ends, and may not know it yet.
    Ending,
    /// The open requests are the last.
    Over,
}

/// The requests of a connection.
struct Requests {
    peer: SocketAddr,
    clients: Option<Arc<Clients>>,
    open: JoinSet<End>,
    answered: u32,
    cancelled: u32,
}

impl Requests {
    fn new(peer: SocketAddr, clients: Option<Arc<Clients>>) -> Self {
        Self {
            peer,
            clients,
            open: JoinSet::new(),
            answered: 0,
            cancelled: 0,
        }
    }

    /// Begins to answer a request, or refuses it where its client is at its limit. An open request takes a permit of its
    /// client as a connection does; the first one has that of its connection.
    fn begin<Answering: Future<Output = End> + 'static>(
        &mut self,
        mut respond: SendResponse<Bytes>,
        answer: impl FnOnce(SendResponse<Bytes>, SocketAddr) -> Answering,
    ) {
        let mut permit = None;
        if let Some(clients) = self.clients.as_ref().filter(|_| !self.open.is_empty()) {
            permit = clients.enter(self.peer.ip());
            if permit.is_none() {
                respond.send_reset(Reason::REFUSED_STREAM);
                return;
            }
        }
        let answering = answer(respond, self.peer);
        self.open.spawn_local(async move {
            let _permit = permit;
            answering.await
        });
    }

    /// Waits until an open request has ended; there must be one.
    async fn one_ended(&mut self) {
        match self.open.join_next().await {
            Some(Ok(End::Answered)) => self.answered = self.answered.saturating_add(1),
            Some(Ok(End::Cancelled) | Err(_)) => self.cancelled = self.cancelled.saturating_add(1),
            None => (),
        }
    }

    fn are_mostly_cancelled(&self) -> bool {
        self.cancelled > self.answered.saturating_add(MOST_CANCELLED)
    }
}

async fn handshake(connection: Connection) -> Result<H2<Connection, Bytes>, DispatchError> {
    let handshake = Builder::new()
        .max_concurrent_streams(MOST_REQUESTS)
        .max_header_list_size(LONGEST_HEAD)
        .max_send_buffer_size(MOST_UNSENT)
        .handshake(connection);
    let handshake = timeout(FIRST_REQUEST, handshake).await;
    handshake
        .map_err(|_| DispatchError::Io(ErrorKind::TimedOut.into()))?
        .map_err(broken)
}

async fn answer<App, Answered, Body>(
    request: http::Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    peer: SocketAddr,
    app: Rc<App>,
    timeouts: Http2Timeouts,
) -> End
where
    App: Service<Request, Response = Answered>,
    App::Error: Into<Response<BoxBody>>,
    Answered: Into<Response<Body>>,
    Body: MessageBody,
{
    let method = request.method().clone();
    let Some(Http2Request { request, body }) = request::from_http2(request, peer) else {
        return refuse(respond);
    };
    if request
        .head()
        .headers()
        .get(EXPECT)
        .is_some_and(|value| value == "100-continue")
    {
        let mut go_on = http::Response::new(());
        *go_on.status_mut() = StatusCode::CONTINUE;
        // Fails if the client has left, which shows below.
        let _ = respond.send_informational(go_on);
    }
    let answered = tokio::select! {
        biased;
        answered = app.call(request) => answered,
        _ = poll_fn(|context| respond.poll_reset(context)) => return End::Cancelled,
    };
    let silence = timeouts.longest_silence;
    let written = match answered {
        Ok(answered) => response::write(answered.into(), &method, respond, silence).await,
        Err(error) => response::write(error.into(), &method, respond, silence).await,
    };
    // Whether all was read does not matter.
    let _ = timeout(LINGER, body.discard(MOST_DISCARDED)).await;
    written.map_or(End::Cancelled, |()| End::Answered)
}

/// Answers a request that HTTP/1.1 would not have read, as actix does there.
fn refuse(mut respond: SendResponse<Bytes>) -> End {
    let mut refusal = http::Response::new(());
    *refusal.status_mut() = StatusCode::BAD_REQUEST;
    match respond.send_response(refusal, true) {
        Ok(_) => End::Answered,
        Err(_) => End::Cancelled,
    }
}

/// The connection broke, or what came over it is not HTTP/2.
fn broken(error: h2::Error) -> DispatchError {
    match error.is_io() {
        true => DispatchError::Io(
            error
                .into_io()
                .unwrap_or_else(|| io::Error::from(ErrorKind::Other)),
        ),
        false => DispatchError::Io(io::Error::new(ErrorKind::InvalidData, error)),
    }
}
