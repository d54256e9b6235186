//! What every answer carries, and what the log says of a failure.

use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use azuma_domain::ports::Entropy;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Makes request ids: a random part of this process, and a number.
pub struct RequestIds {
    process: u64,
    next: AtomicU64,
}

impl RequestIds {
    pub fn new(entropy: &dyn Entropy) -> Self {
        let (process, _) = entropy.uuid().as_u64_pair();
        Self {
            process,
            next: AtomicU64::new(0),
        }
    }

    fn next(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        format!("{:016x}-{number:x}", self.process)
    }
}

/// Gives the answer its id, keeps caches from it, and logs what went wrong on our side under that id.
///
/// Answers carry tokens and users, and refusals may stop to hold at any time: nothing of it is for a cache.
pub async fn observe(
    ids: web::Data<RequestIds>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    let id = ids.next();
    if response.status().is_server_error() {
        log_failure(&response, &id);
    }
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::try_from(id) {
        headers.insert(X_REQUEST_ID, id);
    }
    Ok(response)
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
