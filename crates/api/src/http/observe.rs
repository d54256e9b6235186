//! The headers that every response carries, and the log line of a failure.

use std::cell::Cell;
use std::collections::hash_map::RandomState;
use std::future::{self, Future, Ready};
use std::hash::BuildHasher;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use actix_http::ConnectionType;
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{
    RequestHead, Service, ServiceRequest, ServiceResponse, Transform, forward_ready,
};
use actix_web::http::Version;
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use azuma_domain::ports::Entropy;
use pin_project_lite::pin_project;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The hexadecimal digits of a 64-bit number.
const DIGITS: usize = 16;
const ID_LENGTH: usize = DIGITS + 1 + DIGITS;

/// Middleware that gives every response a request id, forbids caching, and logs server errors with that id.
///
/// Caching is forbidden because responses carry tokens and users, and an error may be outdated the next moment.
#[derive(Clone)]
pub struct Observe {
    entropy: Arc<dyn Entropy>,
}

impl Observe {
    pub fn new(entropy: Arc<dyn Entropy>) -> Self {
        Self { entropy }
    }
}

impl<S, B> Transform<S, ServiceRequest> for Observe
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type InitError = ();
    type Transform = Observed<S>;
    type Future = Ready<Result<Observed<S>, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        let ids = Rc::new(RequestIds::new(&*self.entropy));
        future::ready(Ok(Observed { service, ids }))
    }
}

/// The wrapped service.
pub struct Observed<S> {
    service: S,
    ids: Rc<RequestIds>,
}

impl<S, B> Service<ServiceRequest> for Observed<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = ResponseFuture<S::Future>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        ResponseFuture {
            response: self.service.call(request),
            ids: Rc::clone(&self.ids),
        }
    }
}

pin_project! {
    /// A named future, because an async block would have to be boxed for each request.
    pub struct ResponseFuture<F> {
        #[pin]
        response: F,
        ids: Rc<RequestIds>,
    }
}

impl<F, B> Future for ResponseFuture<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
    B: MessageBody,
{
    type Output = Result<ServiceResponse<B>, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = ready!(this.response.poll(context))?;
        mark(&mut response, this.ids.next());
        Poll::Ready(Ok(response))
    }
}

fn mark(response: &mut ServiceResponse<impl MessageBody>, id: [u8; ID_LENGTH]) {
    if response.status().is_server_error() {
        log_failure(response, &String::from_utf8_lossy(&id));
    }
    if carries_one_request(response.request().head()) {
        let head = response.response_mut().head_mut();
        head.set_connection_type(ConnectionType::Close);
    }
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_bytes(&id) {
        headers.insert(X_REQUEST_ID, id);
    }
}

/// Whether the connection must close after the response, which then says `Connection: close`. This server ignores
/// `Connection: upgrade` (RFC 9110 §7.8), but actix would close the connection after it silently. Over HTTP/1.0, `opening` adds a
/// missing length to the first request of a connection only.
fn carries_one_request(head: &RequestHead) -> bool {
    head.connection_type() == ConnectionType::Upgrade || head.version == Version::HTTP_10
}

/// Makes request ids: a part that is random for each worker, a hyphen, and the keyed hash of a counter. The hash hides the
/// counter, so an id does not reveal how many requests the server has handled.
struct RequestIds {
    first: [u8; ID_LENGTH],
    count: Cell<u64>,
    keys: RandomState,
}

impl RequestIds {
    fn new(entropy: &dyn Entropy) -> Self {
        let (worker, _) = entropy.uuid().as_u64_pair();
        let mut first = [b'-'; ID_LENGTH];
        write_hex(worker, &mut first);
        Self {
            first,
            count: Cell::new(0),
            keys: RandomState::new(),
        }
    }

    fn next(&self) -> [u8; ID_LENGTH] {
        let count = self.count.get();
        self.count.set(count.wrapping_add(1));
        let number = self.keys.hash_one(count);
        let mut id = self.first;
        if let Some(digits) = id.last_chunk_mut::<DIGITS>() {
            write_hex(number, digits);
        }
        id
    }
}

/// Writes a number as 16 hexadecimal digits, with leading zeros, into the first 16 bytes.
fn write_hex(number: u64, text: &mut [u8]) {
    for (place, byte) in text.iter_mut().take(DIGITS).enumerate() {
        let digit = (number >> (60 - 4 * place)) as u8 & 0xf;
        *byte = digit + if digit < 10 { b'0' } else { b'a' - 10 };
    }
}

/// Logs the route instead of the path and query, because clients put tokens into both.
fn log_failure(response: &ServiceResponse<impl MessageBody>, request_id: &str) {
    let status = response.status().as_u16();
    let request = response.request();
    let (method, route) = (request.method(), request.match_pattern());
    let route = route.unwrap_or_default();
    let cause = response.response().error().map(ToString::to_string);
    let cause = cause.unwrap_or_default();
    tracing::error!(request_id, status, %method, route, cause, "a request failed");
}
