//! Authenticates a service.

use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpRequest, web};
use azuma_domain::ErrorCode;
use azuma_domain::ports::BoxFuture;
use azuma_domain::service::{ServiceName, ServiceToken};
use azuma_domain::services::{ServiceAccess, ServiceAccessError};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Azuma;
use crate::http::api_error::{ApiError, Dialect, Problem, ResponseCode};
use crate::http::bearer::{RequestTokenError, credential};

/// The service that sent the request, by `Authorization: Bearer`. A handler that takes this argument requires its token.
pub struct Caller;

/// The same, of a request for the changes; with its token, as a stream asks again whether that is good.
pub struct FollowingCaller(pub ServiceToken);

/// The same as [`Caller`], or by HTTP Basic (RFC 7617) with the name of the service and its token as password, as gateways do it.
pub struct Gateway;

impl FromRequest for Caller {
    type Error = ApiError<Azuma>;
    type Future = BoxFuture<'static, Result<Self, ApiError<Azuma>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let access = request.app_data::<web::Data<ServiceAccess>>().cloned();
        let token = bearer(request.headers());
        Box::pin(async move {
            let access = access.ok_or(RequestTokenError::NotWired)?;
            access.admit(&token?).await?;
            Ok(Self)
        })
    }
}

impl FromRequest for FollowingCaller {
    type Error = ApiError<Azuma>;
    type Future = BoxFuture<'static, Result<Self, ApiError<Azuma>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let access = request.app_data::<web::Data<ServiceAccess>>().cloned();
        let token = bearer(request.headers());
        Box::pin(async move {
            let access = access.ok_or(RequestTokenError::NotWired)?;
            let token = token?;
            access.admit_follower(&token).await?;
            Ok(Self(token))
        })
    }
}

/// How a gateway is refused: like any service, but it may authenticate by HTTP Basic as well (RFC 7662 §2.3).
pub struct Introspection;

impl Dialect for Introspection {
    type Body = <Azuma as Dialect>::Body;

    fn body(code: ResponseCode, problem: Option<Problem>) -> Self::Body {
        Azuma::body(code, problem)
    }

    fn response_code(reason: ErrorCode) -> ResponseCode {
        Azuma::response_code(reason)
    }

    fn challenge(reason: ErrorCode) -> String {
        format!("{}, Basic realm=\"azuma\"", Azuma::challenge(reason))
    }
}

impl FromRequest for Gateway {
    type Error = ApiError<Introspection>;
    type Future = BoxFuture<'static, Result<Self, ApiError<Introspection>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let access = request.app_data::<web::Data<ServiceAccess>>().cloned();
        let basic = basic(request.headers());
        let given = match basic {
            Ok(None) => bearer(request.headers()).map(|token| (None, token)),
            Ok(Some((name, token))) => Ok((Some(name), token)),
            Err(error) => Err(error),
        };
        Box::pin(async move {
            let access = access.ok_or(RequestTokenError::NotWired)?;
            let (name, token) = given?;
            let service = access.admit(&token).await?;
            match name.is_none_or(|name| name == service.name) {
                true => Ok(Self),
                false => Err(ServiceAccessError::TokenInvalid.into()),
            }
        })
    }
}

pub(super) fn bearer(headers: &HeaderMap) -> Result<ServiceToken, RequestTokenError> {
    let given = credential(headers, "bearer")?.ok_or(RequestTokenError::Missing)?;
    let text = str::from_utf8(given).map_err(|_| RequestTokenError::Malformed)?;
    ServiceToken::parse(text).map_err(|_| RequestTokenError::Malformed)
}

/// `None` if the request has another scheme.
pub(super) fn basic(
    headers: &HeaderMap,
) -> Result<Option<(ServiceName, ServiceToken)>, RequestTokenError> {
    let Some(given) = credential(headers, "basic")? else {
        return Ok(None);
    };
    let bytes = STANDARD.decode(given).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = text.as_deref().and_then(|text| text.split_once(':'));
    let read = pair.and_then(|(name, token)| {
        let name = ServiceName::parse(name).ok()?;
        Some((name, ServiceToken::parse(token).ok()?))
    });
    read.map(Some).ok_or(RequestTokenError::Malformed)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{AUTHORIZATION, HeaderValue};

    use super::*;

    fn headers(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[test]
    fn a_name_with_a_token_is_read_and_anything_else_of_the_scheme_is_refused() {
        let token = ServiceToken::from_random([1, 2]);
        let encoded = |text: &str| headers(&format!("Basic {}", STANDARD.encode(text)));
        let good = encoded(&format!("chat:{}", token.expose()));
        let read = basic(&good).unwrap().unwrap();
        assert!(read.0.as_str() == "chat" && read.1 == token);
        for bad in [
            "chat",
            "chat:",
            "chat:secret",
            &format!(":{}", token.expose()),
        ] {
            assert!(basic(&encoded(bad)).is_err(), "{bad}");
        }
        assert!(basic(&headers("Basic ?")).is_err());
        assert!(basic(&headers("Bearer x")).unwrap().is_none());
    }
}
