use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::{Azuma, changes, handlers};
use crate::openapi::{add_scheme, complete};

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
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "The token of a service, which `azuma service create` prints.",
        ))
        .build();
    add_scheme(&mut document, "service", SecurityScheme::Http(bearer));
    let basic = HttpBuilder::new()
        .scheme(HttpAuthScheme::Basic)
        .description(Some(
            "The name of a service as user, and its token as password.",
        ))
        .build();
    add_scheme(&mut document, "basic", SecurityScheme::Http(basic));
    complete::<Azuma>(&mut document);
    document
}
