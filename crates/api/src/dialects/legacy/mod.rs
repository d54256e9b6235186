//! The first Azuma's API (seed 002 in `docs/api/seeds/`), under `/api`.

mod caller;
pub mod carrier;
pub(super) mod dto;
mod error;
mod handlers;
mod object_id;
mod openapi;

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use azuma_domain::session::SessionTerms;

pub use error::Legacy;
pub use openapi::document;

use crate::http::cookie::CookieTransport;
use crate::http::endpoint::{Endpoint, unknown_route};

/// Where the API is.
const BASE: &str = "/api";

/// What the configuration tells the dialect.
#[derive(Clone)]
pub struct LegacySettings {
    /// The terms of the sessions that the dialect issues.
    pub terms: SessionTerms,
    /// The transports that the session cookie may use.
    pub cookie_transport: CookieTransport,
}

/// The dialect's routes.
pub fn routes(config: &mut ServiceConfig, settings: LegacySettings) {
    config.app_data(web::Data::new(settings)).service(
        web::scope(BASE)
            .wrap(from_fn(caller::renew_session))
            .service(at("").get(handlers::show_version))
            .service(at("/").get(handlers::show_version))
            .service(at("/login").post(handlers::login))
            .service(at("/register").post(handlers::register))
            .service(at("/me").get(handlers::show_me))
            .default_service(web::to(unknown_route::<Legacy>)),
    );
}

fn at(path: &str) -> Endpoint<Legacy> {
    Endpoint::under(BASE, path)
}
