//! What every answer carries, and what the log says of a failure.

use std::fmt::Write;
use std::future::{self, Future, Ready};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use azuma_domain::ports::Entropy;
use pin_project_lite::pin_project;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The digits of the largest number.
const LONGEST_NUMBER: usize = 16;

/// Gives every answer its id, keeps caches from it, and logs what went wrong on our side under that id.
///
/// Answers carry tokens and users, and refusals may stop to hold at any time: nothing of it is for a cache.
#[derive(Clone)]
pub struct Observe {
    ids: Arc<RequestIds>,
}

impl Observe {
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self {
            ids: Arc::new(RequestIds::new(entropy)),
        }
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
        let ids = Arc::clone(&self.ids);
        future::ready(Ok(Observed { service, ids }))
    }
}

/// The service whose answers are observed.
pub struct Observed<S> {
    service: S,
    ids: Arc<RequestIds>,
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
            ids: Arc::clone(&self.ids),
        }
    }
}

pin_project! {
    /// An answer on its way. Not an async block: one would have to be boxed for each request.
    pub struct Answer<F> {
        #[pin]
        answer: F,
        ids: Arc<RequestIds>,
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

fn mark(response: &mut ServiceResponse<impl MessageBody>, id: String) {
    if response.status().is_server_error() {
        log_failure(response, &id);
    }
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::try_from(id) {
        headers.insert(X_REQUEST_ID, id);
    }
}

/// Makes request ids: a random part of this process, and a number.
struct RequestIds {
    /// The random part, and the hyphen after it.
    process: String,
    next: AtomicU64,
}

impl RequestIds {
    fn new(entropy: &dyn Entropy) -> Self {
        let (process, _) = entropy.uuid().as_u64_pair();
        Self {
            process: format!("{process:016x}-"),
            next: AtomicU64::new(0),
        }
    }

    fn next(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut id = String::with_capacity(self.process.len() + LONGEST_NUMBER);
        id.push_str(&self.process);
        // Writing to a string does not fail.
        let _ = write!(id, "{number:x}");
        id
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
