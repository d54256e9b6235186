//! The parsers of a request's head and body, on any bytes. See `crates/domain/src/fuzz.rs`.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::http::header::{
    ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, FORWARDED, HeaderMap, HeaderName,
    HeaderValue, X_FORWARDED_FOR,
};
use actix_web::test::TestRequest;
use bolero::check;

use super::bearer::bearer_token;
use super::body::{kind_of, length_of};
use super::forwarded::{Hop, forwarded, x_forwarded_for};
use super::origin::language;

/// Calls `expect` with each header value of the corpus, and with random ones.
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
