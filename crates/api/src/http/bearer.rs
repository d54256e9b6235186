//! Authenticates a request by `Authorization: Bearer` (RFC 6750 §2.1).

use std::future::{Future, Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::{FromRequest, HttpRequest, web};
use azuma_domain::ErrorCode;
use azuma_domain::error_code::HasErrorCode;
use azuma_domain::ports::MaybeReady;
use azuma_domain::services::{AuthenticateError, Sessions};
use azuma_domain::session::LiveSession;
use azuma_domain::token::{MalformedToken, Token};
use futures_util::future::Either;

use super::api_error::{ApiError, Dialect};
use super::successor;

/// The session that sent the request. A handler that takes this argument requires a token.
pub struct Bearer<D> {
    session: LiveSession,
    dialect: PhantomData<D>,
}

impl<D> Deref for Bearer<D> {
    type Target = LiveSession;

    fn deref(&self) -> &LiveSession {
        &self.session
    }
}

type Checked<D> = Result<Bearer<D>, ApiError<D>>;

impl<D: Dialect> FromRequest for Bearer<D> {
    type Error = ApiError<D>;
    /// Mostly the answer is there at once, and nothing is boxed.
    type Future = Either<Ready<Checked<D>>, Pin<Box<dyn Future<Output = Checked<D>>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        match check(request) {
            Ok(MaybeReady::Now(answer)) => {
                Either::Left(ready(Self::of(request, answer.into_inner())))
            }
            Ok(MaybeReady::Later(answer)) => {
                let request = request.clone();
                let bearer = async move { Self::of(&request, answer.await) };
                Either::Right(Box::pin(bearer))
            }
            Err(error) => Either::Left(ready(Err(error.into()))),
        }
    }
}

impl<D: Dialect> Bearer<D> {
    /// The session that sent the request, by the answer to its check.
    fn of(request: &HttpRequest, answer: Result<LiveSession, AuthenticateError>) -> Checked<D> {
        let session = answer?;
        successor::note(request, &session);
        Ok(Self {
            session,
            dialect: PhantomData,
        })
    }
}

/// Asks whose the token of the request is.
fn check(
    request: &HttpRequest,
) -> Result<MaybeReady<Result<LiveSession, AuthenticateError>>, RequestTokenError> {
    let sessions = request.app_data::<web::Data<Sessions>>();
    let sessions = sessions.ok_or(RequestTokenError::NotWired)?;
    let token = bearer_token(request.headers())?;
    Ok(sessions.authenticate(&token))
}

/// Why a request cannot be authenticated by its token.
#[derive(Debug, thiserror::Error)]
pub enum RequestTokenError {
    /// The request carries no token.
    #[error("the request has no token")]
    Missing,
    /// The value does not have the form of a token.
    #[error("the token is malformed")]
    Malformed,
    /// The request carries more than one value.
    #[error("the request has more than one token")]
    Repeated,
    /// The server was assembled without its session service.
    #[error("the server was assembled without its session service")]
    NotWired,
}

impl From<MalformedToken> for RequestTokenError {
    fn from(_: MalformedToken) -> Self {
        Self::Malformed
    }
}

impl HasErrorCode for RequestTokenError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Missing => ErrorCode::TokenMissing,
            Self::Malformed | Self::Repeated => ErrorCode::TokenInvalid,
            Self::NotWired => ErrorCode::Internal,
        }
    }
}

/// Returns the only value; more than one is an error.
pub fn only_one<T>(mut values: impl Iterator<Item = T>) -> Result<Option<T>, RequestTokenError> {
    match (values.next(), values.next()) {
        (first, None) => Ok(first),
        (_, Some(_)) => Err(RequestTokenError::Repeated),
    }
}

pub fn bearer_token(headers: &HeaderMap) -> Result<Token, RequestTokenError> {
    let token = credential(headers, "bearer")?.ok_or(RequestTokenError::Missing)?;
    Ok(Token::parse(token)?)
}

/// What follows the scheme in the only `Authorization`; `None` if there is none, or one of another scheme.
pub fn credential<'a>(
    headers: &'a HeaderMap,
    scheme: &str,
) -> Result<Option<&'a [u8]>, RequestTokenError> {
    let Some(value) = only_one(headers.get_all(AUTHORIZATION))? else {
        return Ok(None);
    };
    let value = value.as_bytes().trim_ascii();
    let space = value.iter().position(|byte| *byte == b' ');
    let split = space.and_then(|at| value.split_at_checked(at));
    let given = split.filter(|(given, _)| given.eq_ignore_ascii_case(scheme.as_bytes()));
    Ok(given.map(|(_, rest)| rest.trim_ascii_start()))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    const TOKEN: &str = "318cd399-f47f-478f-8d09-c9c414c3750d";

    fn read(values: &[&[u8]]) -> Result<String, ErrorCode> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
        }
        bearer_token(&headers)
            .map(|token| token.expose().to_owned())
            .map_err(|error| error.code())
    }

    #[test]
    fn scheme_and_uuid_are_read_in_any_case() {
        for value in [
            format!("Bearer {TOKEN}"),
            format!("bEARER  {TOKEN}"),
            format!("BEARER {}", TOKEN.to_uppercase()),
        ] {
            assert_eq!(read(&[value.as_bytes()]), Ok(TOKEN.to_owned()), "{value}");
        }
    }

    #[test]
    fn no_token_is_told_from_a_bad_one() {
        assert_eq!(read(&[]), Err(ErrorCode::TokenMissing));
        for none in ["Bearer", "Bearer ", "Basic Zm9vOmJhcg==", ""] {
            assert_eq!(
                read(&[none.as_bytes()]),
                Err(ErrorCode::TokenMissing),
                "{none}"
            );
        }
        for bad in [&b"Bearer nonsense"[..], b"Bearer \xff\xfe", &[b'B'; 5000]] {
            let expected = match bad.starts_with(b"Bearer ") {
                true => ErrorCode::TokenInvalid,
                false => ErrorCode::TokenMissing,
            };
            assert_eq!(read(&[bad]), Err(expected));
        }
    }

    #[test]
    fn a_repeated_token_is_none() {
        let value = format!("Bearer {TOKEN}");
        let twice = [value.as_bytes(), value.as_bytes()];
        assert_eq!(read(&twice), Err(ErrorCode::TokenInvalid));
    }
}
