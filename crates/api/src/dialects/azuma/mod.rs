//! The current API (seeds 000, 001 and 004 in `docs/api/seeds/`).

pub(super) mod dto;
mod error;
pub(super) mod event_dto;
mod events;
mod factors;
mod index;
mod openapi;
mod sessions;
mod users;

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use azuma_domain::session::SessionTerms;

pub use error::Azuma;
pub use openapi::document;

use crate::http::api_error::ApiError;
use crate::http::bearer::Bearer;
use crate::http::endpoint::Endpoint;

/// The session that sent the request.
type Caller = Bearer<Azuma>;
type HttpResult = Result<HttpResponse, ApiError<Azuma>>;

/// What the configuration tells the dialect.
#[derive(Clone)]
pub struct AzumaSettings {
    /// The name of the instance (`instance.name`), which `GET /` returns.
    pub instance_name: String,
    /// The terms of the sessions that the dialect issues.
    pub terms: SessionTerms,
}

/// The dialect's routes.
pub fn routes(config: &mut ServiceConfig, settings: AzumaSettings) {
    config
        .app_data(web::Data::new(settings))
        // The most frequent route is tried first; `/user/{id}` comes last, because it matches many paths.
        .service(at("/user/self").get(users::show_self).delete(users::delete))
        .service(at("/").get(index::show))
        .service(at("/users").post(users::register))
        .service(at("/user/login").post(sessions::login))
        .service(at("/user/logout").post(sessions::logout))
        .service(at("/user/update").patch(users::update))
        .service(at("/user/sessions").get(sessions::list))
        .service(at("/user/events").get(events::list))
        .service(at("/user/sessions/{id}").delete(sessions::revoke))
        .service(
            at("/user/factors/totp")
                .get(factors::show)
                .post(factors::begin)
                .delete(factors::remove),
        )
        .service(at("/user/factors/totp/confirm").post(factors::confirm))
        .service(at("/user/{id}").get(users::show));
}

fn at(path: &'static str) -> Endpoint<Azuma> {
    Endpoint::at(path)
}
