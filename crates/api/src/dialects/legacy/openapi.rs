use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};

use super::{Legacy, handlers};
use crate::openapi::{add_scheme, complete};

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
    let header = ApiKey::Header(ApiKeyValue::new("Azuma-Session"));
    let cookie = ApiKey::Cookie(ApiKeyValue::new("azuma_session"));
    add_scheme(&mut document, "header", SecurityScheme::ApiKey(header));
    add_scheme(&mut document, "cookie", SecurityScheme::ApiKey(cookie));
    complete::<Legacy>(&mut document);
    document
}
