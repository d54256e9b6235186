//! The pages that mails link to. They work without JavaScript and load nothing from elsewhere.

mod texts;
mod verify;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, ContentType, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web::ServiceConfig;
use askama::Template;

use crate::dialects::azuma::Azuma;
use crate::http::endpoint::Endpoint;
use crate::http::refusal::{Dialect, WireCode};

/// Nothing but our own stylesheet, and forms to ourselves.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; \
                              base-uri 'none'; frame-ancestors 'none'";

/// The pages' routes. They stand whichever dialects are on: links of each lead here.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(
            Endpoint::<Azuma>::at("/verify")
                .get(verify::ask)
                .post(verify::follow),
        )
        .service(Endpoint::<Azuma>::at("/verify.css").get(stylesheet));
}

async fn stylesheet() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .body(include_str!("../../templates/page.css"))
}

/// A page. Its address holds a token, so it tells nobody where its reader came from.
fn page(status: StatusCode, template: &impl Template) -> HttpResponse {
    match template.render() {
        Ok(html) => HttpResponse::build(status)
            .insert_header(ContentType::html())
            .insert_header((CONTENT_SECURITY_POLICY, CONTENT_POLICY))
            .insert_header((REFERRER_POLICY, "no-referrer"))
            .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .body(html),
        Err(_) => Azuma::refuse(WireCode::InternalServerError),
    }
}
