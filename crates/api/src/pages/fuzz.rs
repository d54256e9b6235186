//! The forms and the links of the pages, on any bytes. See `crates/domain/src/fuzz.rs`.

use actix_web::http::Uri;
use actix_web::test::TestRequest;
use actix_web::web::Query;
use serde::de::DeserializeOwned;

use super::recover::RecoverForm;
use super::register::RegisterForm;
use super::reset::ResetForm;
use super::token_in_query;
use super::verify::ConfirmForm;
use crate::http::body::BodyKind;
use crate::http::malformed::parse_form;
use crate::words::for_any_bytes;

/// The values of this field in a form or a query.
pub fn values(text: &str, field: &str) -> Vec<String> {
    let pairs = Query::<Vec<(String, String)>>::from_query(text).unwrap();
    let pairs = pairs.into_inner().into_iter();
    let named = pairs.filter(|(name, _)| name == field);
    named.map(|(_, value)| value).collect()
}

/// Reads the bytes as this form, which then are UTF-8 and have none of its fields twice.
pub fn read<T: DeserializeOwned>(fields: &[&str], bytes: &[u8]) {
    if parse_form::<T>(Some(BodyKind::Form), bytes).is_ok() {
        let text = str::from_utf8(bytes).unwrap();
        for field in fields {
            assert!(values(text, field).len() <= 1, "{field} twice in {text}");
        }
    }
}

#[test]
fn a_form_is_utf_8_and_has_no_field_twice() {
    let words = [
        "name=",
        "email=",
        "password=",
        "invite=",
        "token=",
        "answer=",
        "confirm",
        "not_me",
        "&",
        "%",
        "%6",
        "%6e",
        "ame=",
        "+",
        "x",
        "%ff",
    ];
    let expect = |bytes: &[u8]| {
        read::<RegisterForm>(&["invite", "name", "email", "password"], bytes);
        read::<RecoverForm>(&["email"], bytes);
        read::<ResetForm>(&["token", "password"], bytes);
        read::<ConfirmForm>(&["token", "answer"], bytes);
    };
    for_any_bytes!(words, expect);
}

#[test]
fn a_link_has_one_token() {
    let words = [
        "token=",
        "318cd399-f47f-478f-8d09-c9c414c3750d",
        "318CD399%2Df47f-478f-8d09-c9c414c3750d",
        "&",
        "%74oken=",
        "x",
        "=",
    ];
    let expect = |bytes: &[u8]| {
        let path = [&b"/reset?"[..], bytes].concat();
        let Ok(uri) = Uri::try_from(path.as_slice()) else {
            return;
        };
        let request = TestRequest::default().uri(&uri.to_string());
        if let Some(token) = token_in_query(&request.to_http_request()) {
            let values = values(uri.query().unwrap_or_default(), "token");
            let [value] = values.as_slice() else {
                panic!("one token, not {values:?}");
            };
            assert!(token.expose().eq_ignore_ascii_case(value));
        }
    };
    for_any_bytes!(words, expect);
}
