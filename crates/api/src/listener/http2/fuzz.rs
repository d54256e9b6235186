//! The head of a request over HTTP/2, on any bytes. See `crates/domain/src/fuzz.rs`.

use http::header::{HeaderName, HeaderValue};
use http::request::Parts;

use super::request::headers_of;
use crate::words::for_any_bytes;

const WORDS: [&str; 14] = [
    "/me",
    "https://accounts.example.org/me",
    "\n",
    "\nhost: ",
    "accounts.example.org",
    "evil.example",
    "\ncookie: a=b",
    "\ncookie: ",
    "; c",
    "\nx-forwarded-for: ",
    "1.2.3.4",
    ", ",
    "\naccept: ",
    "*/*",
];

/// A head whose URL is the first line, and whose headers are the others; `None` if HTTP/2 has no such head.
fn head(bytes: &[u8]) -> Option<Parts> {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let request = http::Request::builder().uri(lines.next()?);
    let (mut parts, ()) = request.body(()).ok()?.into_parts();
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = line.split_at(colon);
        let name = HeaderName::from_bytes(name).ok()?;
        let value = value.strip_prefix(b":")?.trim_ascii();
        let value = HeaderValue::from_bytes(value).ok()?;
        parts.headers.append(name, value);
    }
    Some(parts)
}

fn expect(bytes: &[u8]) {
    let Some(parts) = head(bytes) else {
        return;
    };
    let sent = |name: &str| {
        let sent = parts.headers.get_all(name).iter();
        sent.map(HeaderValue::as_bytes).collect::<Vec<_>>()
    };
    let authority = parts.uri.authority().map(|host| host.as_str().as_bytes());
    let mut hosts = [Vec::from_iter(authority), sent("host")].concat();
    hosts.dedup();
    let Some(headers) = headers_of(&parts) else {
        let is_text = |host: &&[u8]| host.iter().all(|byte| matches!(byte, b'\t' | b' '..=b'~'));
        let names_one_host = hosts.len() == 1 && sent("host").len() <= 1;
        assert!(!names_one_host || !hosts.iter().all(is_text));
        return;
    };
    let kept = |name: &str| {
        let kept = headers.get_all(name);
        kept.map(|value| value.as_bytes()).collect::<Vec<_>>()
    };
    assert_eq!(kept("host"), hosts);
    for name in parts.headers.keys().map(HeaderName::as_str) {
        match name {
            "host" => {}
            "cookie" => {
                let cookies = sent("cookie").into_iter();
                let cookies = cookies.skip_while(|cookie| cookie.is_empty());
                let cookies = cookies.collect::<Vec<_>>().join(&b"; "[..]);
                assert!(kept("cookie").len() <= 1);
                assert_eq!(kept("cookie").concat(), cookies);
            }
            other => assert_eq!(kept(other), sent(other)),
        }
    }
}

#[test]
fn a_head_names_one_host_and_keeps_every_header() {
    for_any_bytes!(WORDS, expect);
}
