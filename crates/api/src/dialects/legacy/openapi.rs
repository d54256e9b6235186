use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;

use super::{Legacy, handlers};
use crate::openapi::{add_carriers, complete};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Azuma: the first API",
        description = "The API of the first Azuma, under `/api`."
    ),
    paths(
        handlers::show_version,
        handlers::login,
        handlers::register,
        handlers::show_me,
    )
)]
struct Operations;

/// The dialect's document.
pub fn document() -> Document {
    let mut document = Operations::openapi();
    add_carriers(&mut document);
    complete::<Legacy>(&mut document);
    document
}
