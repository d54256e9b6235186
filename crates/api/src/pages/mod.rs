//! The pages that mails and invitations link to, and the page that requests a recovery. The pages need no JavaScript and load nothing
//! from other servers.

mod notice;
mod recover;
mod register;
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
use crate::http::api_error::{ApiError, Dialect, ResponseCode};
use crate::http::endpoint::Endpoint;

/// Allows only our own stylesheet, and forms to this server.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; \
                              base-uri 'none'; frame-ancestors 'none'";
const PAGE_HEADERS: [(HeaderName, &str); 4] = [
    (CONTENT_TYPE, "text/html; charset=utf-8"),
    (CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// The routes of the pages. They do not depend on the enabled dialects, because links of all dialects lead here.
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
            Endpoint::<Azuma>::at("/register")
                .get(register::ask)
                .post(register::request),
        )
        .service(
            Endpoint::<Azuma>::at("/recover")
                .get(recover::ask)
                .post(recover::begin),
        )
        .service(Endpoint::<Azuma>::at("/page.css").get(stylesheet));
}

/// The query of a mailed link.
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

/// Renders a page.
fn page(template: &impl Template) -> HttpResponse {
    with_page(HttpResponse::Ok().finish(), template)
}

/// Renders an error as a page, with the same status, headers and log line as the JSON response.
fn refused_page(error: impl HasErrorCode, template: &impl Template) -> HttpResponse {
    with_page(
        HttpResponse::from_error(ApiError::<Azuma>::from(error)),
        template,
    )
}

/// Sets a page as the response's body. The page's URL holds a token, so the headers forbid sending a referrer.
fn with_page(response: HttpResponse, template: &impl Template) -> HttpResponse {
    let Ok(html) = template.render() else {
        return Azuma::refuse(ResponseCode::InternalServerError);
    };
    let mut response = response.set_body(BoxBody::new(html));
    let headers = response.headers_mut();
    for (name, value) in PAGE_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
