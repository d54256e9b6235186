//! What is done to every response last.

use std::future::{self, Future, Ready};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use pin_project_lite::pin_project;

use super::cors::with_json_refusal;
use super::problem::as_problem;
use super::successor::{carry_next_token, is_noted};

/// Middleware: adds the next token of the session that asked, if it has one, puts what a browser is refused into JSON, and turns errors
/// into problems for clients that accept them.
#[derive(Clone, Copy)]
pub struct Finish;

/// The wrapped service.
pub struct Finished<S> {
    service: S,
}

impl<S, B> Transform<S, ServiceRequest> for Finish
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type InitError = ();
    type Transform = Finished<S>;
    type Future = Ready<Result<Finished<S>, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        future::ready(Ok(Finished { service }))
    }
}

impl<S, B> Service<ServiceRequest> for Finished<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Future = Finishing<S::Future>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        Finishing::Answering {
            response: self.service.call(request),
        }
    }
}

pin_project! {
    /// A named future, because an async block would be boxed for each request. Hardly any request waits for a next token.
    #[project = FinishingProjection]
    pub enum Finishing<F> {
        Answering { #[pin] response: F },
        Carrying { response: Pin<Box<dyn Future<Output = ServiceResponse<BoxBody>>>> },
    }
}

impl<F, B> Future for Finishing<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
    B: MessageBody + 'static,
{
    type Output = Result<ServiceResponse<BoxBody>, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let mut response = match self.as_mut().project() {
                FinishingProjection::Answering { response } => {
                    ready!(response.poll(context))?.map_into_boxed_body()
                }
                FinishingProjection::Carrying { response } => {
                    return response.as_mut().poll(context).map(Ok);
                }
            };
            if !is_noted(response.request()) {
                return Poll::Ready(Ok(as_problem(with_json_refusal(response))));
            }
            let response = Box::pin(async move {
                carry_next_token(&mut response).await;
                as_problem(response)
            });
            self.set(Finishing::Carrying { response });
        }
    }
}
