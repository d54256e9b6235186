use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;

use super::complete;
use crate::dialects::azuma::Azuma;
use crate::health;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Azuma: the server",
        description = "The routes that are there whichever APIs are."
    ),
    paths(health::tell_alive, health::tell_ready, super::show)
)]
struct Operations;

/// The document of the routes that belong to no dialect.
pub fn document() -> Document {
    let mut document = Operations::openapi();
    complete::<Azuma>(&mut document);
    document
}
