//! The parsers of a request's head and body, on any bytes. See `crates/domain/src/fuzz.rs`.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::FromRequest;
use actix_web::dev::Payload;
use actix_web::http::Uri;
use actix_web::http::header::{
    ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, FORWARDED, HOST,
    HeaderMap, HeaderName, HeaderValue, ORIGIN, X_FORWARDED_FOR,
};
use actix_web::test::TestRequest;
use azuma_domain::factor::GivenCode;
use bolero::check;

use super::accept;
use super::bearer::bearer_token;
use super::body::{kind_of, length_of};
use super::forwarded::{Hop, forwarded, x_forwarded_for};
use super::origin::{code, language};
use super::own_site::OwnOrigin;
use super::path_id::PathId;
use super::problem::PROBLEM;
use crate::words::for_any_bytes;

/// Calls `expect` with each header value of the corpus, and with random ones; with some that are made of `words` too.
macro_rules! for_any_value {
    ($expect:expr) => {
        check!()
            .with_iterations(20_000)
            .with_max_len(4_096)
            .for_each(|bytes: &[u8]| {
                let expect: fn(HeaderValue) = $expect;
                if let Ok(value) = HeaderValue::from_bytes(bytes) {
                    expect(value);
                }
            })
    };
    ($words:expr, $expect:expr) => {
        for_any_bytes!($words, |bytes| {
            let expect: fn(HeaderValue) = $expect;
            if let Ok(value) = HeaderValue::from_bytes(bytes) {
                expect(value);
            }
        })
    };
}

/// The header as a client sends it and a proxy adds to it.
fn behind_a_proxy(name: HeaderName, sent: &HeaderValue, added: &str) -> HeaderMap {
    let value = [sent.as_bytes(), b", ", added.as_bytes()].concat();
    let mut headers = HeaderMap::new();
    headers.append(name, HeaderValue::from_bytes(&value).unwrap());
    headers
}

/// No hop but the one that the proxy has added may be the last; that it cannot be read hides the client, and is no lie.
fn expect_last(hops: Option<Vec<Hop>>) {
    let added = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));
    let last = hops.and_then(|hops| hops.last().copied());
    assert!(last == Some(Hop::Address(added)) || last == Some(Hop::Unreadable));
}

#[test]
fn no_client_changes_what_a_proxy_adds_to_x_forwarded_for() {
    for_any_value!(|sent| {
        let headers = behind_a_proxy(X_FORWARDED_FOR, &sent, "198.51.100.7");
        expect_last(x_forwarded_for(&headers));
    });
}

#[test]
fn no_client_changes_what_a_proxy_adds_to_forwarded() {
    for_any_value!(|sent| {
        let headers = behind_a_proxy(FORWARDED, &sent, "for=198.51.100.7");
        expect_last(forwarded(&headers));
    });
}

#[test]
fn a_token_is_read_from_one_header_and_never_from_two() {
    for_any_value!(|sent| {
        let mut headers = HeaderMap::new();
        headers.append(AUTHORIZATION, sent.clone());
        let _ = bearer_token(&headers);
        headers.append(AUTHORIZATION, sent);
        assert!(bearer_token(&headers).is_err());
    });
}

#[test]
fn a_language_is_chosen_whatever_is_accepted() {
    for_any_value!(|sent| {
        let request = TestRequest::default().insert_header((ACCEPT_LANGUAGE, sent));
        let _ = language(&request.to_http_request());
    });
}

#[test]
fn the_kind_and_the_length_of_a_body_are_told_by_any_header() {
    for_any_value!(|sent| {
        let mut headers = HeaderMap::new();
        headers.append(CONTENT_TYPE, sent.clone());
        headers.append(CONTENT_LENGTH, sent);
        let _ = (kind_of(&headers), length_of(&headers));
    });
}

#[test]
fn a_problem_is_sent_to_those_who_name_it_in_one_header_or_several() {
    for_any_value!(
        [
            PROBLEM,
            "Application/Problem+JSON",
            ",",
            " ",
            ";q=0",
            ";q=0.5",
            "*/*",
            "x/y",
            "\""
        ],
        |sent| {
            let accepts = |values: &[&[u8]]| {
                let mut request = TestRequest::default();
                for value in values {
                    request =
                        request.append_header((ACCEPT, HeaderValue::from_bytes(value).unwrap()));
                }
                accept::names(&request.to_http_request(), PROBLEM)
            };
            let bytes = sent.as_bytes();
            let accepted = accepts(&[bytes]);
            let text = String::from_utf8_lossy(bytes).to_lowercase();
            assert!(!accepted || (text.contains(PROBLEM) && bytes.len() <= 1_024));
            if let Some((first, second)) = text.split_once(',').filter(|_| text.len() <= 1_024) {
                let parts = [first, second].map(str::as_bytes);
                assert_eq!(accepts(&parts), accepts(&[text.as_bytes()]));
            }
        }
    );
}

#[test]
fn a_form_of_our_own_names_this_host() {
    for_any_value!(
        [
            "https://",
            "http://",
            "accounts.example.org",
            "10.0.0.5:8080",
            ".evil.example",
            "@",
            "/",
            "null",
            "same-origin",
            "cross-site"
        ],
        |sent| {
            let own = OwnOrigin("https://accounts.example.org".to_owned());
            let is_ours = |name: HeaderName, others: &[(HeaderName, &'static str)]| {
                let mut headers = HeaderMap::new();
                headers.append(name, sent.clone());
                for (name, value) in others {
                    headers.append(name.clone(), HeaderValue::from_static(value));
                }
                own.sent(&headers)
            };
            let said = sent.as_bytes();
            let site = HeaderName::from_static("sec-fetch-site");
            let is_own_site = said == b"same-origin" || said == b"none";
            let foreign = (ORIGIN, "https://evil.example");
            assert_eq!(is_ours(site.clone(), &[foreign]), is_own_site);
            assert!(!is_ours(ORIGIN, &[(site, "cross-site")]));
            assert!(!is_ours(
                ORIGIN,
                &[(ORIGIN, "https://accounts.example.org")]
            ));
            if is_ours(ORIGIN, &[(HOST, "10.0.0.5:8080")]) {
                let origin = Uri::try_from(said).unwrap();
                let host = origin.authority().unwrap().as_str();
                assert!(host == "10.0.0.5:8080" || host == "accounts.example.org");
            }
        }
    );
}

#[test]
fn a_code_is_read_from_one_header_and_never_from_two() {
    for_any_value!(["123456", "123", " ", "7K2M-Q9XD-4T8B-HW3N", "x"], |sent| {
        let request = TestRequest::default().append_header(("azuma-otp", sent.clone()));
        let text = sent.to_str().unwrap_or_default();
        let given = code(&request.to_http_request());
        let is_same = match (given, GivenCode::read(text)) {
            (Some(GivenCode::Totp(one)), GivenCode::Totp(other)) => one == other,
            (Some(GivenCode::Recovery(one)), GivenCode::Recovery(other)) => one == other,
            (Some(GivenCode::Malformed), GivenCode::Malformed) => true,
            _ => false,
        };
        assert!(is_same);
        let twice = TestRequest::default().append_header(("azuma-otp", sent));
        let twice = twice.append_header(("azuma-otp", "123456"));
        let given = code(&twice.to_http_request());
        assert!(matches!(given, Some(GivenCode::Malformed)));
    });
}

#[test]
fn the_id_of_a_path_is_a_uuid_with_its_hyphens() {
    for_any_value!(
        [
            "318cd399",
            "-",
            "f47f",
            "478F",
            "8d09",
            "c9c414c3750d",
            "{",
            "}",
            "urn:uuid:"
        ],
        |sent| {
            let text = String::from_utf8_lossy(sent.as_bytes()).into_owned();
            let request = TestRequest::default().param("id", text.clone());
            let read = PathId::from_request(&request.to_http_request(), &mut Payload::None);
            if let Ok(PathId(Some(id))) = read.into_inner() {
                assert!(id.to_string().eq_ignore_ascii_case(&text));
            }
        }
    );
}
