//! The bodies of the dialects and the carriers of a token, on any bytes. See `crates/domain/src/fuzz.rs`.

use actix_web::http::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderValue};
use actix_web::web::Query;
use bolero::check;
use serde::de::DeserializeOwned;

use super::legacy::carrier::{Carrier, carried};
use super::{account, azuma, legacy};
use crate::http::malformed::parse_json;

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
