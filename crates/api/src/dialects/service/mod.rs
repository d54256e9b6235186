//! The API for services, under `/service` (`docs/api/contract.md`, "service"). Its errors look as those of the current API.

mod caller;
mod changes;
mod dto;
#[cfg(test)]
mod fuzz;
mod handlers;
mod openapi;
mod stream;

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig};
use azuma_domain::services::ServiceAccess;
use tokio::sync::watch;

pub use openapi::document;

use super::azuma::Azuma;
use crate::http::api_error::ApiError;
use crate::http::endpoint::Endpoint;

type HttpResult = Result<HttpResponse, ApiError<Azuma>>;

/// What the dialect needs beside its requests.
#[derive(Clone)]
pub struct ServiceSettings {
    /// Its use cases.
    pub access: Data<ServiceAccess>,
    /// What ends the requests that wait.
    pub stopping: Data<Stopping>,
}

/// Tells requests that wait when the server is told to stop.
pub struct Stopping(watch::Receiver<()>);

impl Stopping {
    /// The server stops when the sender of `stopping` is dropped.
    pub fn new(stopping: watch::Receiver<()>) -> Self {
        Self(stopping)
    }

    async fn told(&self) {
        // The sender never sends.
        let _ = self.0.clone().changed().await;
    }
}

/// The dialect's routes.
pub fn routes(config: &mut ServiceConfig, settings: ServiceSettings) {
    config
        .app_data(settings.access)
        .app_data(settings.stopping)
        .configure(paths);
}

/// The routes without what they need.
pub fn paths(config: &mut ServiceConfig) {
    config
        .service(at("/service/check").post(handlers::check))
        .service(at("/service/changes").get(changes::follow))
        .service(at("/service/introspect").post(handlers::introspect))
        .service(at("/service/users").get(handlers::list_users));
}

fn at(path: &'static str) -> Endpoint<Azuma> {
    Endpoint::at(path)
}
