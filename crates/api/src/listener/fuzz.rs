//! The opening of a connection, on any bytes. See `crates/domain/src/fuzz.rs`.

use bolero::check;
use httparse::{EMPTY_HEADER, Request, Response, Status};

use super::exchange::{Asked, Exchange};
use super::head::{Body, RequestHead, ResponseHead};
use super::opening::{Rest, complete};
use crate::words::for_any_bytes;

/// What is handed on of a connection whose first bytes arrive in two parts.
fn opened(first: &[u8], second: &[u8]) -> (Option<Rest>, Vec<u8>) {
    let mut bytes = first.to_vec();
    let mut rest = complete(&mut bytes);
    if rest.is_none() {
        bytes.extend_from_slice(second);
        rest = complete(&mut bytes);
    } else if rest == Some(Rest::Sent) {
        bytes.extend_from_slice(second);
    }
    (rest, bytes)
}

#[test]
fn an_opening_is_handed_on_unchanged_but_for_one_length() {
    check!()
        .with_iterations(20_000)
        .with_max_len(20_000)
        .for_each(|bytes: &[u8]| {
            let (rest, handed_on) = opened(bytes, &[]);
            match rest {
                Some(Rest::Sent) | None => assert_eq!(handed_on, bytes),
                Some(Rest::Nothing) => {
                    let text = String::from_utf8_lossy(&handed_on).into_owned();
                    assert_eq!(text.matches("Content-Length: 0\r\n").count(), 1);
                    let without = text.replacen("Content-Length: 0\r\n", "", 1);
                    assert!(String::from_utf8_lossy(bytes).starts_with(&without));
                }
            }
        });
}

#[test]
fn an_opening_is_the_same_however_it_is_cut() {
    check!()
        .with_iterations(20_000)
        .with_max_len(2_000)
        .for_each(|bytes: &[u8]| {
            let (first, second) = bytes.split_at(bytes.len() / 2);
            assert_eq!(opened(bytes, &[]), opened(first, second));
        });
}

const WORDS: [&str; 19] = [
    "GET / HTTP/1.1\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\n",
    "HEAD / HTTP/1.1\r\n",
    "Content-Length: 2\r\n",
    "content-length: 0\r\n",
    "Content-Length: ",
    "\r\n",
    "\r\n",
    "\r\n{}",
    "{}",
    "\n",
    "Transfer-Encoding: chunked\r\n",
    "transfer-encoding: chunked\r\n",
    "connection: close\r\n",
    "connection: upgrade\r\n",
    "Connection: keep-alive\r\n",
    "HTTP/1.1 200 OK\r\n",
    "0",
    " ",
];

/// Whether the bytes are one request, its whole body, and nothing else. It is read line by line.
fn is_one_request(bytes: &[u8]) -> bool {
    let is_blank = |line: &&[u8]| matches!(*line, b"\r\n" | b"\n");
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').peekable();
    while lines.next_if(is_blank).is_some() {}
    let mut lengths = Vec::new();
    for line in lines.by_ref().take_while(|line| !is_blank(line)) {
        let line = String::from_utf8_lossy(line).to_lowercase();
        if let Some(length) = line.strip_prefix("content-length:") {
            lengths.push(length.trim().parse::<usize>());
        }
        if line.starts_with("transfer-encoding:") {
            return false;
        }
    }
    let body: usize = lines.map(<[u8]>::len).sum();
    match lengths.as_slice() {
        [] => body == 0,
        [length] => *length == Ok(body),
        _ => false,
    }
}

#[test]
fn a_connection_is_between_two_requests_only_if_nothing_is_left_of_the_first() {
    let response = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    let expect = |bytes: &[u8]| {
        let asked = Exchange::None.read(bytes);
        assert_eq!(Exchange::Over.read(bytes), asked);
        let answered = asked.written(response);
        if answered == Exchange::Unknown {
            return;
        }
        assert_eq!(answered, Exchange::Written);
        assert!(is_one_request(bytes), "{}", String::from_utf8_lossy(bytes));
        let more = asked.read(b"G");
        assert_eq!(more.written(response), Exchange::Unknown);
        assert_eq!(answered.read(b"G"), Exchange::Unknown);
    };
    for_any_bytes!(WORDS, expect);
}

/// What a parser of HTTP makes of a head: its bytes, and the lengths that it tells. `None` if it refuses the head.
fn parsed(bytes: &[u8]) -> Option<(Option<usize>, Vec<Option<u64>>)> {
    let mut headers = [EMPTY_HEADER; 96];
    let status = match bytes.starts_with(b"HTTP/") {
        true => Response::new(&mut headers).parse(bytes),
        false => Request::new(&mut headers).parse(bytes),
    };
    let size = match status.ok()? {
        Status::Complete(size) => Some(size),
        Status::Partial => None,
    };
    let lengths = headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case("content-length"));
    let lengths = lengths.map(|header| String::from_utf8_lossy(header.value).parse().ok());
    Some((size, lengths.collect()))
}

#[test]
fn a_request_that_a_parser_reads_is_as_long_as_it_says_and_has_its_length() {
    let expect = |bytes: &[u8]| {
        let head = RequestHead::read(bytes).filter(|head| head.method().is_some());
        let (Some((size, lengths)), Some(head)) = (parsed(bytes), head) else {
            return;
        };
        assert_eq!(size, Some(head.size));
        let told = match head.body {
            Body::Length(length) => vec![Some(length)],
            Body::Untold | Body::Chunks => Vec::new(),
        };
        assert_eq!(lengths, told);
    };
    for_any_bytes!(WORDS, expect);
}

/// Actix ends each line with CR LF, tells the length first, and writes no more than that.
#[test]
fn a_response_that_a_parser_reads_is_as_long_as_it_says_and_has_the_length_that_comes_first() {
    let expect = |bytes: &[u8]| {
        let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
        let is_of_actix = lines.all(|line| line.ends_with(b"\r\n") || !line.ends_with(b"\n"));
        let parsed = is_of_actix.then(|| parsed(bytes)).flatten();
        let (Some((size, lengths)), Some(head)) = (parsed, ResponseHead::read(bytes)) else {
            return;
        };
        if let Body::Length(length) = head.body {
            assert_eq!(lengths.first(), Some(&Some(length)));
            let rest = size.and_then(|size| bytes.get(size..)).unwrap_or_default();
            if u64::try_from(rest.len()).unwrap() > length {
                return;
            }
        }
        assert_eq!(size, Some(head.size));
    };
    for_any_bytes!(WORDS, expect);
}

#[test]
fn an_exchange_is_the_same_however_a_body_is_cut_and_is_not_followed_if_a_head_is() {
    let expect = |bytes: &[u8]| {
        for after in [0, 1, 2, bytes.len() / 2] {
            let (first, second) = bytes.split_at(bytes.len().saturating_sub(after));
            let begun = Exchange::None.read(first);
            let whole = match begun {
                Exchange::Asked(_, _) => Exchange::None.read(bytes),
                _ => Exchange::Unknown,
            };
            assert_eq!(begun.read(second), whole);
            let asked = Exchange::Asked(Asked::Whole, 0);
            let begun = asked.written(first);
            let whole = match begun {
                Exchange::Answering(_) | Exchange::Chunks => asked.written(bytes),
                _ => Exchange::Unknown,
            };
            assert_eq!(begun.written(second), whole);
        }
    };
    for_any_bytes!(WORDS, expect);
}
