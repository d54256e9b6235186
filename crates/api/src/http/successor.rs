//! The next token of a session that sends an earlier one, in the header `Azuma-Session` of the response.
//!
//! The session's first token is all that most sessions ever have, so most responses are left as they are.

use actix_web::dev::ServiceResponse;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpMessage, HttpRequest, web};
use azuma_domain::services::{NextToken, Sessions};
use azuma_domain::session::LiveSession;
use tracing::{Instrument, Span};

/// The header that carries tokens, besides `Authorization`.
pub const SESSION_HEADER: HeaderName = HeaderName::from_static("azuma-session");

/// A session whose token has a successor, left in the extensions of its request until the response is there.
struct Succeeded {
    session: LiveSession,
    /// The span of the request, whose lines carry its id.
    span: Span,
}

/// Leaves the session for [`next_token`], if its token has a successor.
pub fn note(request: &HttpRequest, session: &LiveSession) {
    if session.has_successor() {
        request.extensions_mut().insert(Succeeded {
            session: session.clone(),
            span: Span::current(),
        });
    }
}

/// Whether a session was left for [`next_token`].
pub fn is_noted(request: &HttpRequest) -> bool {
    request.extensions().contains::<Succeeded>()
}

/// The next token of the session that was noted; `None` if there is none, it is not to be had now, or the request has ended its session.
pub async fn next_token(request: &HttpRequest) -> Option<NextToken> {
    let noted = request.extensions_mut().remove::<Succeeded>();
    let Succeeded { session, span } = noted?;
    let sessions = request.app_data::<web::Data<Sessions>>()?;
    let renewed = sessions.renew_session(&session);
    match renewed.instrument(span.clone()).await {
        Ok(next) => next,
        Err(error) => {
            let _inside = span.enter();
            tracing::warn!(%error, "the next token of a session could not be read; a later response carries it");
            None
        }
    }
}

/// Puts the next token into the response.
pub async fn carry_next_token<B>(response: &mut ServiceResponse<B>) {
    let next = next_token(response.request()).await;
    let value = next.and_then(|next| HeaderValue::from_str(next.token.expose()).ok());
    if let Some(value) = value {
        response.headers_mut().insert(SESSION_HEADER, value);
    }
}
