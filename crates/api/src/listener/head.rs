//! The plain head of a request, read line by line, and that of a response. Actix reads each request thoroughly, and writes each
//! response; this finds what it will make of them, at a fraction of the cost.

use memchr::{memchr, memchr_iter};

/// The head of a request that came whole, and leaves the connection open.
#[derive(Debug, PartialEq, Eq)]
pub struct RequestHead<'a> {
    /// The first line, without its end.
    line: &'a [u8],
    /// What it says about the body.
    pub body: Body,
    /// Its bytes, with the empty line at its end.
    pub size: usize,
}

/// What a head says about the body after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    Untold,
    /// So many bytes.
    Length(u64),
    Chunks,
}

impl<'a> RequestHead<'a> {
    /// The head that the bytes begin with. `None` if it is not whole or not plain: one that waits for leave to send its body,
    /// another protocol, the last exchange of a connection, two lengths. Whether it is well formed is not looked at.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (mut first, mut body, mut size) = (None, Body::Untold, 0);
        for end in memchr_iter(b'\n', bytes) {
            let line = bytes.get(size..end)?;
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            size = end + 1;
            match (first, line) {
                (None, line) => first = Some(line),
                (Some(line), []) => return Some(Self { line, body, size }),
                // The first letter rules out most headers.
                (_, [b'c' | b'C' | b't' | b'T' | b'e' | b'E' | b'u' | b'U', ..]) => {
                    body = body.with(line)?;
                }
                _ => {}
            }
        }
        None
    }

    /// The method of a request over HTTP/1.1.
    pub fn method(&self) -> Option<&'a [u8]> {
        let line = self.line.strip_suffix(b" HTTP/1.1")?;
        line.get(..memchr(b' ', line)?)
    }
}

/// The head of a response over HTTP/1.1 that leaves the connection open.
#[derive(Debug, PartialEq, Eq)]
pub struct ResponseHead {
    pub status: u64,
    /// What it says about the body.
    pub body: Body,
    /// Its bytes, with the empty line at its end.
    pub size: usize,
}

/// The end of a head that actix writes.
const END: &[u8] = b"\r\n\r\n";

impl ResponseHead {
    /// The head that the bytes begin with, in the order in which actix writes it: the status, what it says about the body, `connection` if
    /// that differs from what HTTP/1.1 takes for granted, all other headers. `None` if it is not whole, or the last of the connection.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (line, after) = bytes.split_at_checked(memchr(b'\r', bytes)?)?;
        let status = number(line.strip_prefix(b"HTTP/1.1 ")?.get(..3)?)?;
        let (body, after) = match after.strip_prefix(b"\r\ncontent-length: ") {
            Some(after) => {
                let (length, after) = after.split_at_checked(memchr(b'\r', after)?)?;
                (Body::Length(number(length)?), after)
            }
            None => match after.strip_prefix(b"\r\ntransfer-encoding: chunked") {
                Some(after) => (Body::Chunks, after),
                None => (Body::Untold, after),
            },
        };
        if after.starts_with(b"\r\nconnection: ") {
            return None;
        }
        let size = whole(bytes, body).or_else(|| {
            let end = after.windows(END.len()).position(|place| place == END)?;
            Some(bytes.len() - after.len() + end + END.len())
        })?;
        Some(Self { status, body, size })
    }
}

/// The size of the head, if these are the head and all of its body, as mostly. Actix writes no more than that.
fn whole(bytes: &[u8], body: Body) -> Option<usize> {
    let Body::Length(length) = body else {
        return None;
    };
    let size = bytes.len().checked_sub(usize::try_from(length).ok()?)?;
    bytes.get(..size)?.ends_with(END).then_some(size)
}

/// The number that is written in these decimal digits alone.
fn number(digits: &[u8]) -> Option<u64> {
    let add = |number: u64, digit: &u8| {
        let digit = char::from(*digit).to_digit(10)?;
        number.checked_mul(10)?.checked_add(digit.into())
    };
    let number = digits.iter().try_fold(0, add);
    number.filter(|_| !digits.is_empty())
}

impl Body {
    /// What the head says with one more header.
    fn with(self, header: &[u8]) -> Option<Self> {
        let (name, value) = header.split_at_checked(memchr(b':', header)?)?;
        let value = value.get(1..)?.trim_ascii();
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        if is("content-length") {
            let length = number(value)?;
            return (self == Self::Untold).then_some(Self::Length(length));
        }
        if is("transfer-encoding") {
            let is_chunked = value.eq_ignore_ascii_case(b"chunked");
            return (self == Self::Untold && is_chunked).then_some(Self::Chunks);
        }
        let is_plain = !is("connection") || value.eq_ignore_ascii_case(b"keep-alive");
        (is_plain && !is("expect") && !is("upgrade")).then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use actix_codec::{Decoder, Encoder};
    use actix_http::body::BodySize;
    use actix_http::h1::{Codec, Message};
    use actix_http::header::{CONTENT_TYPE, HeaderValue, UPGRADE};
    use actix_http::{ConnectionType, Response, StatusCode};
    use actix_web::rt::System;
    use actix_web::web::BytesMut;

    use super::*;

    /// What is read of a response that actix writes, and how long its head is.
    fn written(response: Response<()>, size: BodySize) -> (Option<ResponseHead>, usize) {
        let mut bytes = BytesMut::new();
        let message = Message::Item((response, size));
        // The codec keeps the date by a task of its own.
        let encoded = System::new().block_on(async {
            let mut codec = Codec::default();
            let mut request = BytesMut::from("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            codec.decode(&mut request).unwrap();
            codec.encode(message, &mut bytes)
        });
        encoded.unwrap();
        let head = bytes.len();
        bytes.extend_from_slice(b"body");
        (ResponseHead::read(&bytes), head)
    }

    fn response(status: StatusCode) -> Response<()> {
        let mut response = Response::with_body(status, ());
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        response
    }

    #[test]
    fn what_actix_says_of_a_body_is_read_as_it_writes_it() {
        for (status, size, body) in [
            (StatusCode::OK, BodySize::Sized(0), Body::Length(0)),
            (StatusCode::OK, BodySize::Sized(4), Body::Length(4)),
            (
                StatusCode::NOT_FOUND,
                BodySize::Sized(123),
                Body::Length(123),
            ),
            (StatusCode::OK, BodySize::Stream, Body::Chunks),
            (StatusCode::NO_CONTENT, BodySize::None, Body::Untold),
            (StatusCode::NOT_MODIFIED, BodySize::None, Body::Untold),
        ] {
            let (read, size) = written(response(status), size);
            let status = status.as_u16().into();
            assert_eq!(read, Some(ResponseHead { status, body, size }));
        }
    }

    #[test]
    fn a_connection_that_actix_closes_or_gives_away_is_not_followed() {
        for size in [BodySize::None, BodySize::Sized(4), BodySize::Stream] {
            let mut last = response(StatusCode::OK);
            last.head_mut().set_connection_type(ConnectionType::Close);
            assert_eq!(written(last, size).0, None);
            let mut other = response(StatusCode::UPGRADE_REQUIRED);
            let protocol = HeaderValue::from_static("h2c");
            other.headers_mut().insert(UPGRADE, protocol);
            assert_eq!(written(other, size).0, None);
        }
    }
}
