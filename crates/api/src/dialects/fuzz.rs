//! The bodies of the dialects and the carriers of a token, on any bytes. See `crates/domain/src/fuzz.rs`.

use actix_web::http::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderValue};
use actix_web::web::Query;
use bolero::check;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::legacy::carrier::{Carrier, carried};
use super::{account, azuma, legacy};
use crate::events::Cursor;
use crate::http::current_password::CurrentPassword;
use crate::http::malformed::parse_json;
use crate::words::for_any_bytes;

/// Reads the bytes as this body, which is an object of UTF-8 or nothing.
fn read<T: DeserializeOwned>(bytes: &[u8]) {
    if parse_json::<T>(None, bytes).is_ok() {
        assert!(bytes.trim_ascii_start().starts_with(b"{"));
        assert!(str::from_utf8(bytes).is_ok());
    }
}

#[test]
fn a_body_is_an_object_of_utf_8_or_malformed() {
    check!()
        .with_iterations(20_000)
        .with_max_len(4_096)
        .for_each(|bytes: &[u8]| {
            read::<azuma::dto::RegisterRequest>(bytes);
            read::<azuma::dto::LoginRequest>(bytes);
            read::<azuma::dto::UpdateRequest>(bytes);
            read::<azuma::dto::FactorRequest>(bytes);
            read::<azuma::dto::CodeRequest>(bytes);
            read::<CurrentPassword>(bytes);
            read::<legacy::dto::RegisterRequest>(bytes);
            read::<legacy::dto::LoginRequest>(bytes);
            read::<account::dto::RegisterRequest>(bytes);
            read::<account::dto::TokenRequest>(bytes);
            read::<account::dto::RecoverRequest>(bytes);
            read::<account::dto::ResetRequest>(bytes);
            read::<account::dto::AuthenticateRequest>(bytes);
        });
}

#[test]
fn a_code_and_a_password_in_a_body_are_those_that_any_reader_of_json_finds() {
    let expect = |bytes: &[u8]| {
        let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
            return;
        };
        let found = |name| value.get(name).and_then(Value::as_str);
        if let Ok(body) = parse_json::<azuma::dto::CodeRequest>(None, bytes) {
            assert_eq!(body.otp.as_deref(), found("otp"));
        }
        if let Ok(body) = parse_json::<azuma::dto::FactorRequest>(None, bytes) {
            assert_eq!(body.current_password.as_deref(), found("current_password"));
        }
    };
    let words = [
        "{",
        "}",
        "{\"otp\":",
        "\"otp\":",
        "\"current_password\":",
        "\"123456\"",
        "\"\\u0031\"",
        "null",
        "1",
        ",",
        "\"x\":",
        "\"o\\u0074p\":",
    ];
    for_any_bytes!(words, expect);
}

#[test]
fn a_page_of_events_is_bounded_and_begins_where_its_cursor_was_written() {
    let expect = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        if let Some(cursor) = Cursor::parse(&text) {
            assert_eq!(cursor.to_string(), text);
        }
        if let Ok(query) = Query::<azuma::event_dto::EventsQuery>::from_query(&text)
            && let Ok((before, limit)) = query.into_inner().parse()
        {
            assert!((1..=100).contains(&limit));
            let cursor = before.map_or(String::new(), |place| Cursor(place).to_string());
            assert!(text.contains(&cursor) || text.contains('%'));
        }
    };
    let words = [
        "before=",
        "limit=",
        "&",
        "0",
        "1",
        "99",
        "5be99b9e5d6f7",
        "-",
        "ee8e77d9290e4bb984a1c2b7efb338df",
        "%2D",
        "f",
    ];
    for_any_bytes!(words, expect);
}

#[test]
fn a_query_is_read_or_refused() {
    check!()
        .with_iterations(20_000)
        .with_max_len(4_096)
        .for_each(|bytes: &[u8]| {
            let _ = Query::<azuma::dto::LogoutQuery>::from_query(&String::from_utf8_lossy(bytes));
        });
}

#[test]
fn of_any_cookies_eight_tokens_are_tried_at_most() {
    check!()
        .with_iterations(20_000)
        .with_max_len(4_096)
        .for_each(|bytes: &[u8]| {
            let Ok(value) = HeaderValue::from_bytes(bytes) else {
                return;
            };
            let mut headers = HeaderMap::new();
            headers.append(COOKIE, value.clone());
            headers.append(AUTHORIZATION, value);
            if let Ok(found) = carried(&headers) {
                assert_eq!(found.carrier, Carrier::Cookie);
                assert!(found.others.len() < 8);
            }
        });
}
