//! The header that says which trace a request is part of, on any bytes. See `crates/domain/src/fuzz.rs`.

use actix_web::http::header::HeaderValue;
use actix_web::test::TestRequest;
use actix_web::web::Data;
use opentelemetry::trace::{SpanContext, TraceContextExt};

use super::request::parent;
use crate::http::origin::TrustedProxies;
use crate::words::for_any_bytes;

const WORDS: [&str; 9] = [
    "00-",
    "4bf92f3577b34da6a3ce929d0e0e4736",
    "-00f067aa0ba902b7",
    "-01",
    "-00",
    "ff-",
    "00000000000000000000000000000000",
    "-0000000000000000",
    " ",
];

/// What this header says, if the peer at this address sends it so many times.
fn parent_told(peer: &str, value: &HeaderValue, times: usize) -> SpanContext {
    let trusted = TrustedProxies(vec!["10.0.0.0/8".parse().unwrap()]);
    let mut request = TestRequest::default()
        .peer_addr(peer.parse().unwrap())
        .app_data(Data::new(trusted));
    for _ in 0..times {
        request = request.append_header(("traceparent", value.clone()));
    }
    let context = parent(&request.to_http_request());
    context.span().span_context().clone()
}

fn expect(bytes: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(bytes) else {
        return;
    };
    assert!(!parent_told("192.0.2.1:4711", &value, 1).is_valid());
    assert!(!parent_told("10.0.0.1:4711", &value, 2).is_valid());
    let told = parent_told("10.0.0.1:4711", &value, 1);
    if told.is_valid() {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        for id in [told.trace_id().to_string(), told.span_id().to_string()] {
            assert!(text.contains(id.trim_start_matches('0')), "{text}");
        }
    }
}

#[test]
fn a_proxy_names_one_trace_and_a_stranger_none() {
    for_any_bytes!(256, WORDS, expect);
}
