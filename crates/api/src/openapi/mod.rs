//! Documents in `OpenAPI` 3.1 of what the routes take and answer, and the page that shows them.
//!
//! Each handler describes its own operation (`#[utoipa::path]`), and each folder of routes has the document of its
//! operations. What holds for every operation is added here.

mod errors;
mod page;
mod service;

use actix_web::HttpResponse;
use actix_web::http::header::ContentType;
use actix_web::web::{Bytes, Data, Path, ServiceConfig};
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

pub use errors::complete;

use crate::config::Dialects;
use crate::dialects;
use crate::dialects::azuma::Azuma;
use crate::dialects::{account, azuma, legacy};
use crate::http::api_error::{Dialect, ResponseCode};
use crate::http::endpoint::Endpoint;

/// The documents by name, each as JSON, in the order in which the page shows them.
pub struct Documents(Vec<(&'static str, Bytes)>);

impl Documents {
    /// The documents of the enabled dialects, and `service` of the routes that belong to none.
    pub fn of(enabled: Dialects) -> Self {
        let mut documents = Vec::new();
        if enabled.azuma {
            documents.push(("azuma", as_json(&azuma::document())));
        }
        if enabled.legacy {
            documents.push(("legacy", as_json(&legacy::document())));
        }
        if enabled.account {
            documents.push(("account", as_json(&account::document())));
        }
        let for_services = enabled.service.then(dialects::service::document);
        documents.push(("service", as_json(&service::document(for_services))));
        Self(documents)
    }

    fn get(&self, name: &str) -> Option<Bytes> {
        let found = self.0.iter().find(|(known, _)| *known == name)?;
        Some(found.1.clone())
    }
}

/// A document as text that ends with a line's end.
fn as_json(document: &Document) -> Bytes {
    // A document has nothing that JSON cannot hold.
    let mut json = document.to_pretty_json().unwrap_or_default();
    json.push('\n');
    json.into()
}

pub fn routes(config: &mut ServiceConfig, documents: Data<Documents>) {
    config
        .app_data(documents)
        .service(Endpoint::<Azuma>::at("/openapi/{name}.json").get(show))
        .configure(page::routes);
}

/// Returns a document of this kind.
#[utoipa::path(
    get,
    path = "/openapi/{name}.json",
    tag = "documents",
    params(("name" = String, Path, description = "`azuma`, `legacy`, `account` or `service`")),
    responses(
        (status = 200, description = "The document", body = serde_json::Value),
        (status = 404),
    ),
)]
async fn show(documents: Data<Documents>, name: Path<String>) -> HttpResponse {
    match documents.get(&name) {
        Some(document) => HttpResponse::Ok()
            .content_type(ContentType::json())
            .body(document),
        None => Azuma::refuse(ResponseCode::NotFound),
    }
}

/// Adds the security scheme `bearer` of sessions: the header `Authorization`.
pub fn add_session_bearer(document: &mut Document) {
    let meaning = "The token of a session. If it has a successor, as after an operator had tokens issued again, every answer carries \
                   that in the header `Azuma-Session`, until it is used.";
    add_authorization(document, "bearer", HttpAuthScheme::Bearer, meaning);
}

/// Adds a security scheme of the header `Authorization`, and says what the header holds.
pub fn add_authorization(
    document: &mut Document,
    name: &str,
    scheme: HttpAuthScheme,
    meaning: &str,
) {
    let scheme = HttpBuilder::new().scheme(scheme);
    let scheme = scheme.description(Some(meaning)).build();
    add_scheme(document, name, SecurityScheme::Http(scheme));
}

/// Adds the security schemes `header` and `cookie` of sessions.
pub fn add_carriers(document: &mut Document) {
    let header = ApiKey::Header(ApiKeyValue::new("Azuma-Session"));
    let cookie = ApiKey::Cookie(ApiKeyValue::new("azuma_session"));
    add_scheme(document, "header", SecurityScheme::ApiKey(header));
    add_scheme(document, "cookie", SecurityScheme::ApiKey(cookie));
}

/// Adds a way to present a token.
fn add_scheme(document: &mut Document, name: &str, scheme: SecurityScheme) {
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(name, scheme);
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::{env, fs};

    use serde_json::Value;

    use super::*;

    /// Set, it writes the documents instead of comparing them.
    const WRITE: &str = "AZUMA_WRITE_OPENAPI";

    const ALL: Dialects = Dialects {
        azuma: true,
        legacy: true,
        account: true,
        service: true,
    };

    #[test]
    fn each_error_code_is_in_the_catalogue() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api/errors.md");
        let catalogue = fs::read_to_string(path).unwrap();
        for code in ResponseCode::ALL {
            let row = format!("| {} | `{}` |", code.status().as_u16(), code.message());
            assert!(catalogue.contains(&row), "{row}");
        }
    }

    #[test]
    fn the_documents_are_those_in_the_repository() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api/openapi");
        for (name, document) in Documents::of(ALL).0 {
            let path = folder.join(format!("{name}.json"));
            if env::var_os(WRITE).is_some() {
                fs::write(&path, &document).unwrap();
            }
            let kept = fs::read(&path).unwrap_or_default();
            assert!(
                kept == document,
                "{name}.json is old: set {WRITE}=1 and run this test"
            );
        }
    }

    #[test]
    fn a_header_by_which_a_client_goes_on_is_described() {
        let documents = Documents::of(ALL);
        for (name, path, method, status, header) in [
            ("azuma", "/user/login", "post", "403", "Azuma-OTP"),
            ("azuma", "/user/self", "get", "200", "Azuma-Session"),
            ("azuma", "/users", "post", "429", "Retry-After"),
            ("legacy", "/api/login", "post", "401", "Azuma-OTP"),
            ("legacy", "/api/login", "post", "401", "WWW-Authenticate"),
            ("legacy", "/api/me", "get", "200", "Set-Cookie"),
            (
                "account",
                "/account/authenticate",
                "post",
                "401",
                "Azuma-OTP",
            ),
            ("account", "/account/recover", "post", "403", "Retry-After"),
            ("service", "/service/check", "post", "503", "Retry-After"),
        ] {
            let document: Value = serde_json::from_slice(&documents.get(name).unwrap()).unwrap();
            let response = &document["paths"][path][method]["responses"][status];
            let header = response["headers"].get(header);
            assert!(header.is_some(), "{path} {status}: {response}");
        }
    }
}
