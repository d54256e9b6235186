//! The pages that mails and invitations link to, the page that requests a recovery, and the account page. The pages need no JavaScript
//! and load nothing from other servers.

#[cfg(test)]
pub mod fuzz;
mod me;
mod notice;
mod recover;
mod register;
mod reset;
mod texts;
mod verify;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, ServiceConfig};
use actix_web::{Error, HttpRequest, HttpResponse};
use askama::Template;
use azuma_domain::error_code::HasErrorCode;
use azuma_domain::token::Token;
use serde::Deserialize;

pub use me::MeSettings;

use crate::dialects::azuma::Azuma;
use crate::http::api_error::{ApiError, Dialect, ResponseCode};
use crate::http::endpoint::Endpoint;
use crate::http::origin::language;
use crate::http::own_site::OwnOrigin;
use notice::{Notice, Then};
use texts::Texts;

/// Allows only our own stylesheet, and forms to this server.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; \
                              base-uri 'none'; frame-ancestors 'none'";
const PAGE_HEADERS: [(HeaderName, &str); 4] = [
    (CONTENT_TYPE, "text/html; charset=utf-8"),
    (CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    (REFERRER_POLICY, "same-origin"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// How the paths of the pages begin.
const FIRST_SEGMENTS: [&str; 6] = ["verify", "reset", "register", "recover", "me", "page.css"];

/// The routes of the pages. They do not depend on the enabled dialects, because links of all dialects lead here.
pub fn routes(config: &mut ServiceConfig, me: MeSettings) {
    config.app_data(web::Data::new(me)).configure(paths);
}

/// The routes without what they need.
fn paths(config: &mut ServiceConfig) {
    let pages = web::scope("")
        .wrap(from_fn(refuse_foreign_forms))
        .configure(me::routes)
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
    config.service(pages);
}

/// Whether a page is, or may be, at this path. The router reads `%6d` as `m`, and no route of an API needs such a character.
pub fn may_be_at(path: &str) -> bool {
    let first = path.trim_start_matches('/').split('/').next();
    path.contains('%') || first.is_some_and(|first| FIRST_SEGMENTS.contains(&first))
}

/// Refuses the forms of other sites, which a browser would send with its user's cookies or address.
async fn refuse_foreign_forms<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let own = request.app_data::<web::Data<OwnOrigin>>();
    let is_ours = own.is_some_and(|own| own.sent(request.headers()));
    if request.method().is_safe() || is_ours {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let texts = Texts::of(language(request.request()));
    let notice = Notice {
        texts,
        title: texts.foreign_form_title,
        text: texts.foreign_form_text,
        then: Then::Nothing,
    };
    let response = with_page(HttpResponse::Forbidden().finish(), &notice);
    Ok(request.into_response(response).map_into_right_body())
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

/// Sets a page as the response's body. The page's URL holds a token, so the headers forbid sending a referrer to others. Without any
/// referrer, a browser would hide the origin of our own forms as well (Fetch, "append a request Origin header").
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

#[cfg(test)]
mod tests {
    use actix_web::App;
    use actix_web::http::{Method, StatusCode};
    use actix_web::test::{TestRequest, call_service, init_service};

    use super::*;
    use crate::http::endpoint::registered;

    #[tokio::test]
    async fn of_another_site_no_request_reaches_any_route_that_changes_something() {
        let own = OwnOrigin("https://accounts.example.org".to_owned());
        let app = App::new().app_data(web::Data::new(own)).configure(paths);
        registered::take();
        let app = init_service(app).await;
        let mut refused = 0;
        for (path, method) in registered::take() {
            let method: Method = method.parse().unwrap();
            if method.is_safe() {
                continue;
            }
            let sent = |name: &'static str, value: &'static str| {
                let request = TestRequest::with_uri(&path).method(method.clone());
                call_service(&app, request.insert_header((name, value)).to_request())
            };
            for (name, value) in [
                ("Sec-Fetch-Site", "cross-site"),
                ("Sec-Fetch-Site", "same-site"),
                ("Origin", "https://evil.example"),
                ("Origin", "null"),
            ] {
                let status = sent(name, value).await.status();
                assert_eq!(status, StatusCode::FORBIDDEN, "{path}, {name}: {value}");
            }
            let of_our_own = sent("Sec-Fetch-Site", "same-origin").await.status();
            assert_ne!(of_our_own, StatusCode::FORBIDDEN, "{path}");
            refused += 1;
        }
        // Those of `/me` are 11.
        assert_eq!(refused, 15);
    }
}
