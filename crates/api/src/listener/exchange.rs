//! Whether a connection is between two requests, as far as its bytes tell for certain.
//!
//! Only the plainest exchange is followed: the head of one request came whole in one read, its body has a length and
//! has come whole, and nothing after it; then the response went out whole, which has a length too. Or the head of a response in
//! chunks went out. Any other exchange makes the connection [`Unknown`](Exchange::Unknown) until it closes. So a connection is never taken for idle
//! while actix holds a part of a request, or owes a part of a response.

use super::head::{Body, RequestHead, ResponseHead};

/// The bytes of one request and its response, so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exchange {
    /// No request has come.
    #[default]
    None,
    /// The head of a request has come. So many bytes of its body have not.
    Asked(Asked, u64),
    /// So many bytes of the response's body have not been written.
    Answering(u64),
    /// The response was written to its end, and may not have left yet.
    Written,
    /// The response has left, and nothing has come since.
    Over,
    /// The head of a response in chunks was written, and nothing has come since. Some of the chunks, or all, were written too.
    Chunks,
    /// Another kind of exchange, and whatever follows it.
    Unknown,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// `HEAD`: a response without its body.
    Head,
    Whole,
}

impl Exchange {
    /// Follows the bytes of one read.
    #[must_use]
    pub fn read(self, bytes: &[u8]) -> Self {
        match self {
            Self::None | Self::Over => asked(bytes),
            Self::Asked(asked, left) => {
                less(left, bytes.len()).map(|left| Self::Asked(asked, left))
            }
            Self::Answering(_) | Self::Written | Self::Chunks | Self::Unknown => None,
        }
        .unwrap_or(Self::Unknown)
    }

    /// Follows the bytes of one write.
    #[must_use]
    pub fn written(self, bytes: &[u8]) -> Self {
        match self {
            Self::Asked(asked, 0) => answered(asked, bytes),
            Self::Answering(left) => less(left, bytes.len()).map(Self::answering),
            Self::Chunks => Some(Self::Chunks),
            Self::None | Self::Asked(_, _) | Self::Written | Self::Over | Self::Unknown => None,
        }
        .unwrap_or(Self::Unknown)
    }

    /// Whether what comes is the body of a request.
    pub fn awaits_body(self) -> bool {
        matches!(self, Self::Asked(_, left) if left > 0)
    }

    /// The response of which so much of the body is left.
    fn answering(left: u64) -> Self {
        match left {
            0 => Self::Written,
            left => Self::Answering(left),
        }
    }
}

/// Follows a read that begins with a request.
fn asked(bytes: &[u8]) -> Option<Exchange> {
    let head = RequestHead::read(bytes)?;
    let asked = match head.method()? {
        b"HEAD" => Asked::Head,
        b"GET" | b"POST" | b"PUT" | b"PATCH" | b"DELETE" | b"OPTIONS" => Asked::Whole,
        _ => return None,
    };
    let body = match head.body {
        Body::Untold => 0,
        Body::Length(length) => length,
        Body::Chunks => return None,
    };
    less(body, bytes.len() - head.size).map(|left| Exchange::Asked(asked, left))
}

/// Follows a write that begins with a response.
fn answered(asked: Asked, bytes: &[u8]) -> Option<Exchange> {
    let head = ResponseHead::read(bytes)?;
    let body = match (asked, head.status, head.body) {
        // Actix answers so what it cannot read, and reads nothing after it. A handler says why.
        (_, 400 | 431, Body::Length(0)) => return None,
        (_, 204 | 304, Body::Untold | Body::Length(_)) => 0,
        (_, 200.., Body::Length(length)) => match asked {
            Asked::Head => 0,
            Asked::Whole => length,
        },
        (Asked::Whole, 200.., Body::Chunks) => return Some(Exchange::Chunks),
        (_, _, Body::Untold | Body::Chunks) | (_, ..200, _) => return None,
    };
    less(body, bytes.len() - head.size).map(Exchange::answering)
}

/// What is left after so many bytes; `None` if they are too many.
fn less(left: u64, bytes: usize) -> Option<u64> {
    left.checked_sub(u64::try_from(bytes).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    const POST: &[u8] = b"POST / HTTP/1.1\r\nHost: x\r\ncontent-LENGTH: 2\r\n\r\n{}";
    const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

    /// The state after these reads, and these writes after them.
    fn after(reads: &[&[u8]], writes: &[&[u8]]) -> Exchange {
        let exchange = reads
            .iter()
            .fold(Exchange::None, |exchange, bytes| exchange.read(bytes));
        writes
            .iter()
            .fold(exchange, |exchange, bytes| exchange.written(bytes))
    }

    fn shown(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    #[test]
    fn a_response_is_written_once_all_of_its_body_is_however_the_body_is_cut() {
        let head = RESPONSE.len() - 2;
        for cut in head..RESPONSE.len() {
            let (first, second) = RESPONSE.split_at(cut);
            let exchange = after(&[REQUEST], &[first]);
            assert!(matches!(exchange, Exchange::Answering(_)), "{cut}");
            assert_eq!(exchange.written(second), Exchange::Written, "{cut}");
        }
    }

    #[test]
    fn a_request_has_come_once_all_of_its_body_has_however_the_body_is_cut() {
        let head = POST.len() - 2;
        for cut in head..POST.len() {
            let (first, second) = POST.split_at(cut);
            let exchange = after(&[first], &[]);
            assert_eq!(
                exchange.written(RESPONSE),
                Exchange::Unknown,
                "{cut}: answered early"
            );
            let exchange = exchange.read(second);
            assert_eq!(exchange.written(RESPONSE), Exchange::Written, "{cut}");
        }
    }

    #[test]
    fn one_exchange_may_follow_another() {
        let over = Exchange::Over.read(POST).written(RESPONSE);
        assert_eq!(over, Exchange::Written);
    }

    #[test]
    fn a_request_that_is_not_whole_or_not_alone_or_not_plain_is_not_followed() {
        let two = [REQUEST, REQUEST].concat();
        let and_a_part = [REQUEST, b"GET /n"].concat();
        let and_an_empty_line = [REQUEST, b"\r\n"].concat();
        let too_much = [POST, b"G"].concat();
        for bytes in [
            &b""[..],
            b"\r\n",
            &two[..],
            &and_a_part,
            &and_an_empty_line,
            &too_much,
            b"GET / HTTP/1.1\r\nHost: x\r\n",
            b"GET / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
            b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +0\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n",
        ] {
            let exchange = after(&[bytes], &[RESPONSE]);
            assert_eq!(exchange, Exchange::Unknown, "{}", shown(bytes));
            let later = exchange.read(REQUEST).written(RESPONSE);
            assert_eq!(later, Exchange::Unknown, "{}", shown(bytes));
        }
    }

    #[test]
    fn nothing_may_come_between_a_request_and_the_end_of_its_response() {
        assert_eq!(after(&[REQUEST, b"GET /n"], &[RESPONSE]), Exchange::Unknown);
        let (first, second) = RESPONSE.split_at(RESPONSE.len() - 1);
        let answering = after(&[REQUEST], &[first]).read(b"G");
        assert_eq!(answering.written(second), Exchange::Unknown);
        assert_eq!(after(&[REQUEST], &[RESPONSE]).read(b"G"), Exchange::Unknown);
    }

    #[test]
    fn a_response_that_is_not_plain_or_too_long_or_for_nobody_is_not_followed() {
        for response in [
            &b"HTTP/1.1 200 OK\r\n\r\n"[..],
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n",
            b"HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n{}",
            b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}",
            b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n",
            b"HTTP/1.1 100 Continue\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 204 No Content\r\n\r\n{}",
            b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\n{}",
        ] {
            let exchange = after(&[REQUEST], &[response]);
            assert_eq!(exchange, Exchange::Unknown, "{}", shown(response));
        }
        assert_eq!(after(&[], &[RESPONSE]), Exchange::Unknown);
        assert_eq!(Exchange::Over.written(RESPONSE), Exchange::Unknown);
        assert_eq!(Exchange::Written.written(b"x"), Exchange::Unknown);
    }

    #[test]
    fn a_response_in_chunks_is_followed_until_something_is_read() {
        let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        for later in [&b""[..], b"1\r\nx\r\n", b"0\r\n\r\n"] {
            let exchange = after(&[REQUEST], &[head]).written(later);
            assert_eq!(exchange, Exchange::Chunks, "{}", shown(later));
            assert_eq!(exchange.read(REQUEST), Exchange::Unknown);
        }
        let early = after(&[REQUEST, b"GET /n"], &[head]);
        assert_eq!(early, Exchange::Unknown);
        let to_head = after(&[b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"], &[head]);
        assert_eq!(to_head, Exchange::Unknown);
    }

    #[test]
    fn some_responses_have_no_body_whatever_their_length() {
        let head = b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n";
        let response = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n";
        assert_eq!(after(&[head], &[response]), Exchange::Written);
        for response in [
            &b"HTTP/1.1 204 No Content\r\n\r\n"[..],
            b"HTTP/1.1 304 Not Modified\r\ncontent-length: 2\r\n\r\n",
        ] {
            assert_eq!(after(&[REQUEST], &[response]), Exchange::Written);
        }
    }
}
