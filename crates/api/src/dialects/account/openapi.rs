use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;

use super::{Account, handlers};
use crate::openapi::{add_session_bearer, complete};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Azuma: accounts",
        description = "The API of the account service, under `/account`."
    ),
    paths(
        handlers::register,
        handlers::verify,
        handlers::recover,
        handlers::reset,
        handlers::authenticate,
        handlers::delete,
        handlers::list_tokens,
        handlers::delete_token,
    )
)]
struct Operations;

/// The dialect's document.
pub fn document() -> Document {
    let mut document = Operations::openapi();
    add_session_bearer(&mut document);
    complete::<Account>(&mut document);
    document
}
