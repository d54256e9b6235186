use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;

use super::{add_carriers, add_session_bearer, complete};
use crate::dialects::azuma::Azuma;
use crate::{forward_auth, health};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Azuma: the server",
        description = "The routes that are there whichever APIs are, and the API for services."
    ),
    paths(
        health::tell_alive,
        health::tell_ready,
        super::show,
        forward_auth::check
    )
)]
struct Operations;

/// The document of the routes that belong to no dialect, and of the API for services if it is enabled.
pub fn document(dialect: Option<Document>) -> Document {
    let mut document = Operations::openapi();
    if let Some(dialect) = dialect {
        document.merge(dialect);
    }
    add_session_bearer(&mut document);
    add_carriers(&mut document);
    complete::<Azuma>(&mut document);
    document
}
