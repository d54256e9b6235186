//! The routes that tell whether the server works. They are there whichever dialects are enabled, and ask for nothing.

mod dto;

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig};
use azuma_domain::services::Health;
use tokio::sync::watch;

pub use dto::Readiness;

use crate::dialects::azuma::Azuma;
use crate::http::endpoint::Endpoint;
use dto::{Liveness, Phase};

/// Where [`Readiness`] is.
pub const READINESS: &str = "/readyz";

/// What the routes ask.
#[derive(Clone)]
pub struct Probes {
    health: Arc<Health>,
    /// Its sender is dropped when the server is told to stop.
    told_to_stop: watch::Receiver<()>,
}

impl Probes {
    pub fn new(health: Arc<Health>, told_to_stop: watch::Receiver<()>) -> Self {
        Self {
            health,
            told_to_stop,
        }
    }

    /// Whether the server should get requests.
    pub fn readiness(&self) -> Readiness {
        Readiness::of(self.health.database(), self.phase())
    }

    fn phase(&self) -> Phase {
        match self.told_to_stop.has_changed() {
            Ok(_) => Phase::Serving,
            Err(_) => Phase::Stopping,
        }
    }
}

pub fn routes(config: &mut ServiceConfig, probes: Probes) {
    config
        .app_data(Data::new(probes))
        .service(Endpoint::<Azuma>::at("/livez").get(tell_alive))
        .service(Endpoint::<Azuma>::at(READINESS).get(tell_ready));
}

/// Tells that the process is there and answers.
#[utoipa::path(
    get,
    path = "/livez",
    responses((status = 200, description = "The process answers", body = Liveness)),
)]
pub async fn tell_alive() -> HttpResponse {
    HttpResponse::Ok().json(Liveness { alive: true })
}

/// Tells whether this node should get requests.
#[utoipa::path(
    get,
    path = "/readyz",
    responses(
        (status = 200, description = "It should", body = Readiness),
        (status = 503, description = "It should not", body = Readiness),
    ),
)]
pub async fn tell_ready(probes: Data<Probes>) -> HttpResponse {
    let readiness = probes.readiness();
    match readiness.ready {
        true => HttpResponse::Ok().json(readiness),
        false => HttpResponse::ServiceUnavailable().json(readiness),
    }
}
