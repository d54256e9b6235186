use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;

use super::{Azuma, events, factors, index, sessions, users};
use crate::openapi::{add_session_bearer, complete};

#[derive(OpenApi)]
#[openapi(
    info(title = "Azuma", description = "The current API."),
    paths(
        index::show,
        users::register,
        users::update,
        users::show_self,
        users::show,
        users::delete,
        sessions::login,
        sessions::logout,
        sessions::list,
        sessions::revoke,
        events::list,
        factors::show,
        factors::begin,
        factors::confirm,
        factors::remove,
    )
)]
struct Operations;

/// The dialect's document.
pub fn document() -> Document {
    let mut document = Operations::openapi();
    add_session_bearer(&mut document);
    complete::<Azuma>(&mut document);
    document
}
