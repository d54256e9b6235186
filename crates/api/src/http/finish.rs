//! What is done to every response last.

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use super::problem::as_problem;
use super::successor::carry_next_token;

/// Middleware: adds the next token of the session that asked, if it has one, and turns errors into problems for clients that accept
/// them. It is one layer, because each costs every request an allocation.
pub async fn finish<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut response = next.call(request).await?.map_into_boxed_body();
    carry_next_token(&mut response).await;
    Ok(as_problem(response))
}
