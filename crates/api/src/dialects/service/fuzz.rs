//! What services send, on any bytes. See `crates/domain/src/fuzz.rs`.

use std::time::Duration;

use actix_web::http::Uri;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use actix_web::test::TestRequest;
use actix_web::web::Query;
use azuma_domain::ports::HistoryPosition;
use azuma_domain::service::{ServiceName, ServiceToken};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use uuid::Uuid;

use super::caller::{basic, bearer};
use super::changes::Question;
use super::dto::{CheckRequest, IntrospectRequest};
use super::handlers::UsersQuery;
use crate::http::body::BodyKind;
use crate::http::malformed::{parse_form, parse_json};
use crate::pages::fuzz::values;
use crate::words::for_any_bytes;

const TOKEN: &str = "azs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn with(name: HeaderName, values: &[&HeaderValue]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(name.clone(), (*value).clone());
    }
    headers
}

#[test]
fn a_check_asks_about_1_to_1_000_tokens() {
    for_any_bytes!(
        8_192,
        [
            "{\"tokens\":[",
            "\"x\"",
            ",",
            "]",
            "}",
            ",\"peek\":true",
            "\"tokens\":[",
            "1"
        ],
        |bytes| {
            if let Ok(body) = parse_json::<CheckRequest>(None, bytes)
                && let Ok(value) = serde_json::from_slice::<Value>(bytes)
            {
                let tokens = value.get("tokens").and_then(Value::as_array);
                let asked = tokens.map_or(0, Vec::len);
                assert_eq!(body.parse().is_ok(), (1..=1_000).contains(&asked));
                assert_eq!(body.peek(), value.get("peek").and_then(Value::as_bool));
            }
        }
    );
}

#[test]
fn a_question_about_changes_waits_30_seconds_at_most_and_names_one_place() {
    const PLACE: &str = "17-ee8e77d9290e4bb984a1c2b7efb338df";
    for_any_bytes!(
        [
            "after=", PLACE, "&", "wait=", "3", "0", "1", "%31", "-", "after"
        ],
        |bytes| {
            let path = [&b"/service/changes?"[..], bytes].concat();
            let Ok(uri) = Uri::try_from(path.as_slice()) else {
                return;
            };
            let asked = || TestRequest::default().uri(&uri.to_string());
            let question = Question::read(&asked().to_http_request());
            if let Ok(question) = question {
                assert!(question.wait <= Duration::from_secs(30));
                let again = question
                    .after
                    .map(|place| HistoryPosition::parse(&place.to_string()));
                assert_eq!(again, question.after.map(Ok));
            }
            // The place of a stream that goes on counts before that of its URL.
            let last = asked().insert_header(("last-event-id", PLACE));
            if let Ok(question) = Question::read(&last.to_http_request()) {
                assert_eq!(question.after, HistoryPosition::parse(PLACE).ok());
            }
        }
    );
}

#[test]
fn a_form_asks_about_one_token() {
    for_any_bytes!(
        [
            "token=",
            "x",
            "&",
            "peek=",
            "true",
            "token_type_hint=",
            "%74oken=",
            "+",
            "%"
        ],
        |bytes| {
            assert!(parse_form::<IntrospectRequest>(Some(BodyKind::Json), bytes).is_err());
            if let Ok(form) = parse_form::<IntrospectRequest>(Some(BodyKind::Form), bytes) {
                let text = str::from_utf8(bytes).unwrap();
                assert_eq!(values(text, "token"), [form.token]);
            }
        }
    );
}

#[test]
fn a_list_names_1_to_100_users() {
    for_any_bytes!(
        [
            "ids=",
            "318cd399-f47f-478f-8d09-c9c414c3750d",
            ",",
            "%2C",
            "&",
            "x"
        ],
        |bytes| {
            let text = String::from_utf8_lossy(bytes);
            if let Ok(query) = Query::<UsersQuery>::from_query(&text)
                && query.parse().is_ok()
            {
                let named = values(&text, "ids");
                let ids: Vec<_> = named.iter().flat_map(|ids| ids.split(',')).collect();
                assert!(named.len() == 1 && (1..=100).contains(&ids.len()));
                assert!(
                    ids.iter()
                        .all(|id| id.len() == 36 && Uuid::try_parse(id).is_ok())
                );
            }
        }
    );
}

#[test]
fn a_name_and_a_token_are_read_from_one_header_and_are_all_of_it() {
    for_any_bytes!(
        [
            "Basic ", "bearer ", " ", TOKEN, "chat", ":", "Y2hhdDo=", "="
        ],
        |bytes| {
            let text = String::from_utf8_lossy(bytes);
            let pair = format!("Basic {}", STANDARD.encode(bytes));
            let whole = HeaderValue::from_str(&pair).unwrap();
            let is_pair = text.split_once(':').is_some_and(|(name, token)| {
                ServiceName::parse(name).is_ok() && ServiceToken::parse(token).is_ok()
            });
            let read = basic(&with(AUTHORIZATION, &[&whole]));
            assert_eq!(matches!(read, Ok(Some(_))), is_pair);
            let Ok(value) = HeaderValue::from_bytes(bytes) else {
                return;
            };
            let headers = with(AUTHORIZATION, &[&value]);
            if let Ok(token) = bearer(&headers) {
                assert!(
                    text.trim_end().ends_with(token.expose())
                        && !matches!(basic(&headers), Ok(Some(_)))
                );
            }
            if let Ok(Some((name, token))) = basic(&headers) {
                let given = format!("{}:{}", name.as_str(), token.expose());
                assert!(text.trim_end().ends_with(&STANDARD.encode(given)));
            }
            let twice = with(AUTHORIZATION, &[&value, &whole]);
            assert!(basic(&twice).is_err() && bearer(&twice).is_err());
        }
    );
}
