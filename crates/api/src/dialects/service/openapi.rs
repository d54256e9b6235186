use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::HttpAuthScheme;

use super::{Azuma, changes, handlers};
use crate::openapi::{add_authorization, complete};

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
    let (bearer, basic) = (HttpAuthScheme::Bearer, HttpAuthScheme::Basic);
    let meaning = "The token of a service, which `azuma service create` prints.";
    add_authorization(&mut document, "service", bearer, meaning);
    let meaning = "The name of a service as user, and its token as password.";
    add_authorization(&mut document, "basic", basic, meaning);
    complete::<Azuma>(&mut document);
    document
}
