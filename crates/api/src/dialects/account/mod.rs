//! The account service's API (`docs/api/seeds/003-account-reference.txt`), under `/account`.

pub(super) mod dto;
mod error;
mod handlers;
mod openapi;

use actix_web::web::{self, ServiceConfig};
use azuma_domain::session::SessionTerms;

pub use error::Account;
pub use openapi::document;

use crate::http::endpoint::Endpoint;

/// What the configuration tells the dialect.
#[derive(Clone)]
pub struct AccountSettings {
    /// The terms of the sessions that the dialect issues.
    pub terms: SessionTerms,
}

/// The dialect's routes.
pub fn routes(config: &mut ServiceConfig, settings: AccountSettings) {
    config
        .app_data(web::Data::new(settings))
        .service(at("/account/register").post(handlers::register))
        .service(at("/account/verify").post(handlers::verify))
        .service(at("/account/recover").post(handlers::recover))
        .service(at("/account/reset").post(handlers::reset))
        .service(at("/account/authenticate").post(handlers::authenticate))
        .service(at("/account/delete").delete(handlers::delete))
        .service(
            at("/account/tokens")
                .get(handlers::list_tokens)
                .delete(handlers::delete_token),
        );
}

fn at(path: &'static str) -> Endpoint<Account> {
    Endpoint::at(path)
}
