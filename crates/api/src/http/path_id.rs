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
        let hyphenated = text.filter(|text| text.len() == HYPHENATED);
        ready(Ok(Self(
            hyphenated.and_then(|text| Uuid::try_parse(text).ok()),
        )))
    }
}
