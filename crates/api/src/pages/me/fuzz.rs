//! What the account page reads, on any bytes. See `crates/domain/src/fuzz.rs`.

use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue};
use azuma_domain::mail::Language;
use azuma_domain::session::UserAgent;

use super::Done;
use super::change::ChangeForm;
use super::cookie::token_in;
use super::delete::DeleteForm;
use super::device::device;
use super::events::before;
use super::factor::FactorForm;
use super::login::LoginForm;
use super::sessions::EndForm;
use crate::events::Cursor;
use crate::http::cookie::CookieTransport;
use crate::pages::fuzz::{read, values};
use crate::words::for_any_bytes;

#[test]
fn a_form_is_utf_8_and_has_no_field_twice() {
    for_any_bytes!(
        [
            "name=",
            "password=",
            "otp=",
            "new=",
            "current_password=",
            "id=",
            "%69d=",
            "318cd399-f47f-478f-8d09-c9c414c3750d",
            "123456",
            "&",
            "%",
            "+",
            "%ff"
        ],
        |bytes| {
            read::<LoginForm>(&["name", "password", "otp"], bytes);
            read::<ChangeForm>(&["new", "current_password", "otp"], bytes);
            read::<FactorForm>(&["current_password", "otp"], bytes);
            read::<DeleteForm>(&["current_password"], bytes);
            read::<EndForm>(&["id"], bytes);
        }
    );
}

#[test]
fn a_query_says_one_thing_or_nothing() {
    for_any_bytes!(
        [
            "done=",
            "name-changed",
            "deleted",
            "&",
            "before=",
            "5be99b9e5d6f7",
            "-ee8e77d9290e4bb984a1c2b7efb338df",
            "%2D",
            "x"
        ],
        |bytes| {
            let text = String::from_utf8_lossy(bytes);
            if let Some(done) = Done::in_query(&text) {
                assert_eq!(values(&text, "done"), [done.name()]);
            }
            if let Some(place) = before(&text) {
                assert_eq!(values(&text, "before"), [Cursor(place).to_string()]);
            }
        }
    );
}

#[test]
fn the_token_is_that_of_the_first_cookie_of_its_own_name_that_has_one() {
    for_any_bytes!(
        [
            "__Host-azuma_me=",
            "azuma_me=",
            "azuma_session=",
            "318cd399-f47f-478f-8d09-c9c414c3750d",
            "00000000-f47f-478f-8d09-c9c414c3750d",
            ";",
            "; ",
            "\"",
            "x",
            "=",
            " "
        ],
        |bytes| {
            let Ok(value) = HeaderValue::from_bytes(bytes) else {
                return;
            };
            let mut headers = HeaderMap::new();
            headers.append(COOKIE, value);
            let text = String::from_utf8_lossy(bytes);
            for (transport, name) in [
                (CookieTransport::HttpsOnly, "__Host-azuma_me="),
                (CookieTransport::HttpToo, "azuma_me="),
            ] {
                let Some(token) = token_in(&headers, transport) else {
                    continue;
                };
                let mut values = text
                    .split(';')
                    .filter_map(|pair| pair.trim().strip_prefix(name));
                assert!(values.any(|value| value.eq_ignore_ascii_case(token.expose())));
                let mut others = headers.clone();
                for name in ["azuma_me", "azuma_session", "__Host-azuma_me"] {
                    let other = format!("{name}=ffffffff-f47f-478f-8d09-c9c414c3750d");
                    others.append(COOKIE, HeaderValue::from_str(&other).unwrap());
                }
                assert!(token_in(&others, transport) == Some(token));
            }
        }
    );
}

#[test]
fn a_device_is_named_in_few_characters() {
    for_any_bytes!(
        [
            "Mozilla/5.0 ",
            "(",
            "Firefox/",
            "Linux",
            "Android",
            "/",
            " ",
            ";",
            "curl",
            "\u{e4}"
        ],
        |bytes| {
            let agent = UserAgent::parse(&String::from_utf8_lossy(bytes));
            let text = agent.as_ref().map(UserAgent::as_str);
            let words = device(Language::English, text);
            assert!((1..=40).contains(&words.chars().count()));
            let is_said = text.is_some_and(|text| text.starts_with(&words));
            assert!(is_said || words.is_ascii());
        }
    );
}
