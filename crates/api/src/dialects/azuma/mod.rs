//! The current API (seeds 000, 001 and 004 in `docs/api/seeds/`).

mod dto;
mod error;
mod index;
mod sessions;
mod users;

use actix_web::web::{self, ServiceConfig};
use azuma_domain::session::SessionTerms;

pub use error::Azuma;

use crate::http::bearer::Bearer;
use crate::http::endpoint::Endpoint;

/// The session that sent the request.
type Caller = Bearer<Azuma>;
type HttpResult = Result<actix_web::HttpResponse, crate::http::api_error::ApiError<Azuma>>;

/// The dialect's configuration.
#[derive(Clone)]
pub struct Settings {
    /// `instance.name`, shown by `GET /`.
    pub instance_name: String,
    /// The terms of the sessions it issues.
    pub terms: SessionTerms,
}

/// The dialect's routes.
pub fn routes(config: &mut ServiceConfig, settings: Settings) {
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
        .service(at("/user/sessions/{id}").delete(sessions::end))
        .service(at("/user/{id}").get(users::show));
}

fn at(path: &str) -> Endpoint<Azuma> {
    Endpoint::at(path)
}
