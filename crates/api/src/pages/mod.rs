//! The pages that mails link to, and the one that asks for such a mail. They work without JavaScript and load nothing from elsewhere.

mod notice;
mod recover;
mod reset;
mod texts;
mod verify;

use actix_web::body::BoxBody;
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use azuma_domain::error_code::HasErrorCode;
use azuma_domain::token::Token;
use serde::Deserialize;

use crate::dialects::azuma::Azuma;
use crate::http::api_error::{ApiError, Dialect, WireCode};
use crate::http::endpoint::Endpoint;

/// Nothing but our own stylesheet, and forms to ourselves.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; \
                              base-uri 'none'; frame-ancestors 'none'";
const PAGE_HEADERS: [(HeaderName, &str); 4] = [
    (CONTENT_TYPE, "text/html; charset=utf-8"),
    (CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// The pages' routes. They stand whichever dialects are on: links of each lead here.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(
            Endpoint::<Azuma>::at("/verify")
                .get(verify::ask)
                .post(verify::follow),
        )
        .service(
            Endpoint::<Azuma>::at("/reset")
                .get(reset::ask)
                .post(reset::set),
        )
        .service(
            Endpoint::<Azuma>::at("/recover")
                .get(recover::ask)
                .post(recover::begin),
        )
        .service(Endpoint::<Azuma>::at("/page.css").get(stylesheet));
}

/// What the query of a mail's link carries.
#[derive(Deserialize)]
struct LinkQuery {
    token: String,
}

fn token_in_query(request: &HttpRequest) -> Option<Token> {
    let query = web::Query::<LinkQuery>::from_query(request.query_string()).ok()?;
    Token::parse(&query.token).ok()
}

async fn stylesheet() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .body(include_str!("../../templates/page.css"))
}

/// A page.
fn page(template: &impl Template) -> HttpResponse {
    dress(HttpResponse::Ok().finish(), template)
}

/// A refusal as a page, with the status, headers and log line it has as JSON.
fn refused_page(error: impl HasErrorCode, template: &impl Template) -> HttpResponse {
    dress(
        HttpResponse::from_error(ApiError::<Azuma>::from(error)),
        template,
    )
}

/// Gives an answer a page for its body. Its address holds a token, so it tells nobody where its reader came from.
fn dress(answer: HttpResponse, template: &impl Template) -> HttpResponse {
    let Ok(html) = template.render() else {
        return Azuma::refuse(WireCode::InternalServerError);
    };
    let mut answer = answer.set_body(BoxBody::new(html));
    let headers = answer.headers_mut();
    for (name, value) in PAGE_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}
