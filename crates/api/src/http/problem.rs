//! Errors as `application/problem+json` (RFC 9457), for clients that accept it.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::{Map, Value, json};

use super::accept;

/// The media type of problems.
pub const PROBLEM: &str = "application/problem+json";

/// An error in JSON becomes a problem with the same fields, if the client accepts problems.
pub fn as_problem(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let is_error = is_json_error(response.status(), response.headers());
    if !is_error || !accept::names(response.request(), PROBLEM) {
        return response;
    }
    response.map_body(|head, body| {
        let bytes = body.try_into_bytes().unwrap_or_default();
        let Some(problem) = problem(head.status, &bytes) else {
            return BoxBody::new(bytes);
        };
        let media_type = HeaderValue::from_static(PROBLEM);
        head.headers.insert(CONTENT_TYPE, media_type);
        BoxBody::new(problem)
    })
}

fn is_json_error(status: StatusCode, headers: &HeaderMap) -> bool {
    let is_error = status.is_client_error() || status.is_server_error();
    is_error
        && headers
            .get(CONTENT_TYPE)
            .is_some_and(|value| value == "application/json")
}

/// The fields of the error, and those of RFC 9457 §3.1. The type is none of its own, so the title is the status's name. A body without
/// the code of an error, such as that of `/readyz`, is none.
fn problem(status: StatusCode, error: &[u8]) -> Option<String> {
    let mut fields: Map<String, Value> = serde_json::from_slice(error).ok()?;
    if !fields.contains_key("message") {
        return None;
    }
    fields.insert("type".to_owned(), json!("about:blank"));
    fields.insert("title".to_owned(), json!(status.canonical_reason()));
    fields.insert("status".to_owned(), json!(status.as_u16()));
    Some(Value::Object(fields).to_string())
}

#[cfg(test)]
mod tests {
    use actix_web::HttpResponse;
    use actix_web::http::header::ACCEPT;
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_body_that_is_no_error_is_left_as_it_is() {
        let request = TestRequest::default().insert_header((ACCEPT, PROBLEM));
        let unready = HttpResponse::ServiceUnavailable().json(json!({"ready": false}));
        let response = as_problem(request.to_srv_response(unready));
        let media_type = response.headers().get(CONTENT_TYPE);
        assert_eq!(media_type.unwrap(), "application/json");
        let body = response.into_body().try_into_bytes().unwrap();
        assert_eq!(body, r#"{"ready":false}"#);
    }
}
