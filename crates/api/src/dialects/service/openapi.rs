use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::{Azuma, changes, handlers};
use crate::openapi::{add_bearer, add_scheme, complete};

#[derive(OpenApi)]
#[openapi(paths(
    handlers::check,
    changes::follow,
    handlers::introspect,
    handlers::list_users,
))]
struct Operations;

/// The dialect's document.
pub fn document() -> Document {
    let mut document = Operations::openapi();
    add_bearer(&mut document);
    let basic = HttpBuilder::new().scheme(HttpAuthScheme::Basic).build();
    add_scheme(&mut document, "basic", SecurityScheme::Http(basic));
    complete::<Azuma>(&mut document);
    document
}
