//! The error responses of operations.

use std::time::Duration;

use actix_web::http::StatusCode;
use azuma_domain::ErrorCode;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{AllOfBuilder, Type};
use utoipa::openapi::{
    Object, ObjectBuilder, OpenApi as Document, PathItem, Ref, RefOr, Response, Schema,
};
use utoipa::{PartialSchema, ToSchema};

use crate::http::api_error::{Dialect, OTP_HEADER};
use crate::http::problem::PROBLEM;

/// The name of the schema of all error bodies of a document.
const ERROR: &str = "Error";
/// The name of the schema of the same as problems.
const PROBLEM_ERROR: &str = "Problem";

/// Adds the errors that operations share, and says what each error of an operation means and how its body looks.
pub fn complete<D: Dialect>(document: &mut Document) {
    let components = document.components.get_or_insert_default();
    let mut parts = Vec::new();
    D::Body::schemas(&mut parts);
    components.schemas.extend(parts);
    let schemas = &mut components.schemas;
    schemas.insert(ERROR.to_owned(), D::Body::schema());
    schemas.insert(PROBLEM_ERROR.to_owned(), problem().into());
    for item in document.paths.paths.values_mut() {
        for operation in operations(item).into_iter().flatten() {
            complete_operation::<D>(operation);
        }
    }
}

fn operations(item: &mut PathItem) -> [&mut Option<Operation>; 4] {
    [
        &mut item.get,
        &mut item.post,
        &mut item.patch,
        &mut item.delete,
    ]
}

fn complete_operation<D: Dialect>(operation: &mut Operation) {
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        forbid_null(body);
    }
    let mut shared = vec!["500", "503"];
    if operation.request_body.is_some() {
        shared.extend(["400", "408", "413"]);
    }
    if operation.security.is_some() {
        shared.push("401");
    }
    let headers = headers::<D>(operation);
    let responses = &mut operation.responses.responses;
    for status in shared {
        let absent = || RefOr::T(Response::new(""));
        responses.entry(status.to_owned()).or_insert_with(absent);
    }
    for (status, response) in responses {
        if let (Some(meaning), RefOr::T(response)) = (meaning(status), response)
            && response.content.is_empty()
        {
            let headers = headers.iter().filter(|header| header.is_of(status));
            *response = error(meaning, headers);
        }
    }
}

/// A body that may be left out is still no `null`.
fn forbid_null(body: &mut RequestBody) {
    for content in body.content.values_mut() {
        if let RefOr::T(content) = content
            && let Some(RefOr::T(Schema::OneOf(either))) = &content.schema
            && let Some(schema) = either.items.first()
        {
            content.schema = Some(schema.clone());
        }
    }
}

fn error<'a>(meaning: &str, headers: impl Iterator<Item = &'a ErrorHeader>) -> Response {
    let mut response = ResponseBuilder::new().description(meaning);
    for (media_type, schema) in [("application/json", ERROR), (PROBLEM, PROBLEM_ERROR)] {
        let schema = Ref::from_schema_name(schema);
        let content = ContentBuilder::new().schema(Some(schema)).build();
        response = response.content(media_type, content);
    }
    for header in headers {
        let schema = ObjectBuilder::new()
            .schema_type(header.kind.clone())
            .build();
        let described = HeaderBuilder::new().schema(Some(schema));
        let described = described.description(Some(header.meaning)).build();
        response = response.header(header.name, described);
    }
    response.build()
}

/// An error with the fields of RFC 9457 §3.1.
fn problem() -> AllOfBuilder {
    let mut fields = ObjectBuilder::new();
    for (name, kind) in [
        ("type", Type::String),
        ("title", Type::String),
        ("status", Type::Integer),
    ] {
        fields = fields
            .property(name, Object::with_type(kind))
            .required(name);
    }
    AllOfBuilder::new()
        .item(Ref::from_schema_name(ERROR))
        .item(fields)
        .description(Some(
            "An error for clients that accept problems (RFC 9457).",
        ))
}

/// What an error status means; `None` for another status.
fn meaning(status: &str) -> Option<&'static str> {
    Some(match status {
        "400" => "The request does not have the expected form, or breaks a rule of a field",
        "401" => "The token is missing or not live, or the password or code is wrong",
        "403" => {
            "Refused: wrong password or code, disabled account, closed registration, or blocked"
        }
        "404" => "There is none",
        "408" => "The body did not arrive in time",
        "409" => "The name or the address is taken, or the thing exists already",
        "413" => "The body is larger than the route takes: 16 KiB, unless it says otherwise",
        "422" => "The e-mail address is malformed",
        "424" => "The account is not verified yet",
        "429" => "Too many attempts",
        "500" => "A defect of the server, which its log tells of",
        "503" => "The server is busy, is stopping, or cannot reach its database",
        _ => return None,
    })
}

/// A header that may come with an error.
struct ErrorHeader {
    status: StatusCode,
    name: &'static str,
    meaning: &'static str,
    kind: Type,
}

impl ErrorHeader {
    fn is_of(&self, status: &str) -> bool {
        self.status.as_str() == status
    }
}

/// The headers that may come with the errors of an operation.
fn headers<D: Dialect>(operation: &Operation) -> Vec<ErrorHeader> {
    let status = |error| D::response_code(error).status();
    let retry_after = Duration::ZERO;
    let wait = |error| ErrorHeader {
        status: status(error),
        name: "Retry-After",
        meaning: "If waiting helps, after how many seconds to try again, at least 1",
        kind: Type::Integer,
    };
    let mut headers = vec![
        ErrorHeader {
            status: status(ErrorCode::TokenInvalid),
            name: "WWW-Authenticate",
            meaning: "`Bearer`, with `error=\"invalid_token\"` if there was a token; then `Basic`, where that is taken too",
            kind: Type::String,
        },
        wait(ErrorCode::TooManyAttempts { retry_after }),
        wait(ErrorCode::Unavailable { retry_after }),
    ];
    if takes_code(operation) {
        headers.push(ErrorHeader {
            status: status(ErrorCode::SecondFactorMissing),
            name: "Azuma-OTP",
            meaning: "`required; totp` if the request lacks the code of the second factor, or its code is wrong",
            kind: Type::String,
        });
    }
    headers
}

fn takes_code(operation: &Operation) -> bool {
    let mut parameters = operation.parameters.iter().flatten();
    parameters.any(|parameter| matches!(parameter, RefOr::T(given) if given.name == OTP_HEADER))
}
