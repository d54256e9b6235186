//! The `{id}` of a path.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use uuid::Uuid;

/// The length of a hyphenated UUID.
const HYPHENATED: usize = 36;

/// The UUID in place of `{id}`; `None` if the text is not a hyphenated UUID, so no record can have this id.
pub struct PathId(pub Option<Uuid>);

impl FromRequest for PathId {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = request.match_info().get("id");
        ready(Ok(Self(text.and_then(hyphenated))))
    }
}

/// The UUID that the text is; `None` if it is not a hyphenated one.
pub fn hyphenated(text: &str) -> Option<Uuid> {
    let hyphenated = Some(text).filter(|text| text.len() == HYPHENATED)?;
    Uuid::try_parse(hyphenated).ok()
}
