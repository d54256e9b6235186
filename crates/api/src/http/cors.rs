//! Lets pages of other origins use the APIs (Fetch, "CORS protocol"), with the cookies of their visitors.

use actix_cors::{Cors, CorsError};
use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::http::header::{
    AUTHORIZATION, CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE,
};
use azuma_domain::ErrorCode;
use azuma_domain::error_code::HasErrorCode;

use super::api_error::{ApiError, OTP_HEADER};
use super::successor::SESSION_HEADER;
use crate::dialects::azuma::Azuma;
use crate::{forward_auth, pages};

/// The headers of ours that a page may send, besides those that every page may.
const ASKED: [HeaderName; 2] = [AUTHORIZATION, CONTENT_TYPE];
/// Another one of our own.
const OTP: HeaderName = HeaderName::from_static(OTP_HEADER);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How long a browser may remember what it was told, in seconds: browsers cap it at two hours.
const REMEMBERED: usize = 2 * 60 * 60;

/// The origins of pages that may use the APIs (`http.cors.origins`), each such as `https://app.example.org`.
#[derive(Clone)]
pub struct AllowedOrigins(pub Vec<String>);

impl AllowedOrigins {
    /// Whether any page may.
    pub fn are_any(&self) -> bool {
        !self.0.is_empty()
    }

    /// Answers the questions of browsers, and tells them which responses a page may read. Our own pages, and what proxies ask, are not for the
    /// scripts of others, whatever the origin.
    pub fn layer(&self) -> Cors {
        let Self(origins) = self.clone();
        Cors::default()
            .allowed_origin_fn(move |origin, head| {
                let is_listed = origins
                    .iter()
                    .any(|listed| listed.as_bytes() == origin.as_bytes());
                let path = head.uri.path();
                is_listed && !pages::may_be_at(path) && path != forward_auth::PATH
            })
            .allowed_methods([
                Method::GET,
                Method::HEAD,
                Method::POST,
                Method::PATCH,
                Method::DELETE,
            ])
            .allowed_headers(ASKED)
            .allowed_header(SESSION_HEADER)
            .allowed_header(OTP)
            .expose_headers([
                SESSION_HEADER,
                OTP,
                RETRY_AFTER,
                REQUEST_ID,
                WWW_AUTHENTICATE,
            ])
            .supports_credentials()
            .max_age(REMEMBERED)
    }
}

/// A browser asked for a page that is not listed, or about a method or a header that no page may send.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unlisted(CorsError);

impl HasErrorCode for Unlisted {
    fn code(&self) -> ErrorCode {
        ErrorCode::InvalidInput
    }
}

/// The layer refuses a browser's question in plain text. Every error of ours is JSON.
pub fn with_json_refusal(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let error = response.response().error();
    let Some(refused) = error.and_then(|error| error.as_error::<CorsError>()) else {
        return response;
    };
    let error = ApiError::<Azuma>::from(Unlisted(refused.clone()));
    response.into_response(HttpResponse::from_error(error))
}
