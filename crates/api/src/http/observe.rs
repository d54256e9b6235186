//! What every answer carries, and what the log says of a failure.

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
/// The digits of a number.
const DIGITS: usize = 16;
const ID_LENGTH: usize = DIGITS + 1 + DIGITS;

/// Gives every answer its id, keeps caches from it, and logs what went wrong on our side under that id.
///
/// Answers carry tokens and users, and refusals may stop to hold at any time: nothing of it is for a cache.
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

/// The service whose answers are observed.
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
    type Future = Answer<S::Future>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        Answer {
            answer: self.service.call(request),
            ids: Rc::clone(&self.ids),
        }
    }
}

pin_project! {
    /// An answer on its way. Not an async block: one would have to be boxed for each request.
    pub struct Answer<F> {
        #[pin]
        answer: F,
        ids: Rc<RequestIds>,
    }
}

impl<F, B> Future for Answer<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
    B: MessageBody,
{
    type Output = Result<ServiceResponse<B>, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = ready!(this.answer.poll(context))?;
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

/// Whether the connection is of no use after the answer, which then says so. Actix would close it without a word after
/// `Connection: upgrade`, which is ignored here (RFC 9110 §7.8); what HTTP/1.0 leaves out is known of a first request alone.
fn carries_one_request(head: &RequestHead) -> bool {
    head.connection_type() == ConnectionType::Upgrade || head.version == Version::HTTP_10
}

/// Makes request ids: a random part of this worker, a hyphen, and a number that stands for how many there were before. Only
/// who has the keys can tell the one from the other, so an id does not tell how much others ask for.
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

/// Writes a number's digits, leading zeros among them, into the first 16 bytes.
fn write_hex(number: u64, text: &mut [u8]) {
    for (place, byte) in text.iter_mut().take(DIGITS).enumerate() {
        let digit = (number >> (60 - 4 * place)) as u8 & 0xf;
        *byte = digit + if digit < 10 { b'0' } else { b'a' - 10 };
    }
}

/// The route is logged, not the path or the query: clients put tokens into either.
fn log_failure(response: &ServiceResponse<impl MessageBody>, request_id: &str) {
    let status = response.status().as_u16();
    let request = response.request();
    let (method, route) = (request.method(), request.match_pattern());
    let route = route.unwrap_or_default();
    let cause = response.response().error().map(ToString::to_string);
    let cause = cause.unwrap_or_default();
    tracing::error!(request_id, status, %method, route, cause, "a request failed");
}
