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
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use actix_web::http::{StatusCode, Version};
use pin_project_lite::pin_project;

use super::timing::{Timekeeper, Timing};
use crate::config::AccessLog;
use crate::listener::{Answering, Unanswered};
use crate::metrics::Requests;
use crate::telemetry::RequestId;
use crate::traces::Traces;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Middleware that gives every request an id and a span with that id, puts the id into the response, forbids caching,
/// and logs server errors.
///
/// Caching is forbidden, because responses contain tokens and users, and because an error may be outdated a moment
/// later.
///
/// Where metrics are served, there is an access log or requests are traced, it times the request.
#[derive(Clone)]
pub struct Observe {
    /// Where requests are counted, if they are.
    pub requests: Option<Arc<Requests>>,
    pub access_log: AccessLog,
    pub traces: Option<Traces>,
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
        future::ready(Ok(Observed {
            service,
            ids: RequestIds::new(),
            timekeeper: Timekeeper::new(
                self.requests.clone(),
                self.access_log,
                self.traces.clone(),
            ),
        }))
    }
}

/// The wrapped service.
pub struct Observed<S> {
    service: S,
    ids: RequestIds,
    timekeeper: Option<Rc<Timekeeper>>,
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
        let id = self.ids.next();
        let answering = Unanswered::begin(request.request());
        let timekeeper = self.timekeeper.clone();
        let mut timing = timekeeper.map(|keeper| Timing::begin(keeper, request.request(), id));
        let response = match &mut timing {
            Some(timing) => timing.during(|| self.service.call(request)),
            None => self.service.call(request),
        };
        ResponseFuture {
            response,
            id,
            timing,
            _answering: answering,
        }
    }
}

pin_project! {
    /// A named future, because an async block would be boxed for each request.
    pub struct ResponseFuture<F> {
        #[pin]
        response: F,
        id: RequestId,
        timing: Option<Timing>,
        _answering: Option<Answering>,
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
        let _inside = this.id.enter();
        let polled = match this.timing {
            Some(timing) => timing.during(|| this.response.poll(context)),
            None => this.response.poll(context),
        };
        let mut response = ready!(polled)?;
        mark(&mut response, *this.id);
        if let Some(timing) = this.timing {
            timing.end(&response);
        }
        Poll::Ready(Ok(response))
    }
}

fn mark(response: &mut ServiceResponse<impl MessageBody>, id: RequestId) {
    if is_failure(response) {
        log_failure(response);
    }
    if carries_one_request(response.request().head()) {
        let head = response.response_mut().head_mut();
        head.set_connection_type(ConnectionType::Close);
    }
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_bytes(&id.digits()) {
        headers.insert(X_REQUEST_ID, id);
    }
}

/// Whether the connection must close after the response, which then says `Connection: close`. This server ignores
/// `Connection: upgrade` (RFC 9110 §7.8), but actix would close the connection after it silently. Over HTTP/1.0,
/// `opening` adds a missing length to the first request of a connection only.
fn carries_one_request(head: &RequestHead) -> bool {
    head.connection_type() == ConnectionType::Upgrade || head.version == Version::HTTP_10
}

/// Makes request ids: a part that is random for each worker, a hyphen, and the keyed hash of a counter. The hash hides
/// the counter, so an id does not reveal how many requests the server has handled.
struct RequestIds {
    count: Cell<u64>,
    keys: RandomState,
}

impl RequestIds {
    fn new() -> Self {
        Self {
            count: Cell::new(0),
            keys: RandomState::new(),
        }
    }

    fn next(&self) -> RequestId {
        let count = self.count.get();
        self.count.set(count.wrapping_add(1));
        RequestId::new(self.keys.hash_one(count))
    }
}

/// A 503 without an error is what `/readyz` answers, which anyone may ask.
fn is_failure(response: &ServiceResponse<impl MessageBody>) -> bool {
    let is_answer = response.status() == StatusCode::SERVICE_UNAVAILABLE;
    let has_error = response.response().error().is_some();
    response.status().is_server_error() && (has_error || !is_answer)
}

/// The route is logged, not the path or the query: clients put tokens into either.
fn log_failure(response: &ServiceResponse<impl MessageBody>) {
    let status = response.status().as_u16();
    let request = response.request();
    let (method, route) = (request.method(), request.match_pattern());
    let route = route.unwrap_or_default();
    let cause = response.response().error().map(ToString::to_string);
    let cause = cause.unwrap_or_default();
    tracing::error!(status, %method, route, cause, "a request failed");
}
