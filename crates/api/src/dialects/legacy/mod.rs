//! The first Azuma's API (seed 002 in `docs/api/seeds/`), under `/api`.

mod caller;
mod carrier;
mod dto;
mod error;
mod handlers;
mod object_id;

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use azuma_domain::session::SessionTerms;

pub use error::Legacy;

use crate::http::endpoint::{Endpoint, unknown_route};

/// What the dialect is told by the configuration.
#[derive(Clone)]
pub struct Settings {
    /// What its sessions are issued under.
    pub terms: SessionTerms,
    /// What the cookie may travel over.
    pub cookie_transport: CookieTransport,
}

/// What the session cookie may travel over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieTransport {
    /// Only https, as the public URL is.
    HttpsOnly,
    /// Http too.
    HttpToo,
}

/// The dialect's routes.
pub fn routes(config: &mut ServiceConfig, settings: Settings) {
    config.app_data(web::Data::new(settings)).service(
        web::scope("/api")
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
    Endpoint::at(path)
}
