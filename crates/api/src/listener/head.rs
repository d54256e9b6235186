//! The plain head of a request or a response, read line by line. Actix reads each request thoroughly, and writes each response; this
//! finds what it will make of them, at a fraction of the cost.

use memchr::{memchr, memchr_iter};

/// A head that came whole, and leaves the connection open.
#[derive(Debug, PartialEq, Eq)]
pub struct Head<'a> {
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

impl<'a> Head<'a> {
    /// The head that the bytes begin with. `None` if it is not whole or not plain: a request that waits for leave to send its body,
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

    /// The status of a response over HTTP/1.1.
    pub fn status(&self) -> Option<u16> {
        let status = self.line.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
        std::str::from_utf8(status).ok()?.parse().ok()
    }
}

impl Body {
    /// What the head says with one more header.
    fn with(self, header: &[u8]) -> Option<Self> {
        let (name, value) = header.split_at_checked(memchr(b':', header)?)?;
        let value = value.get(1..)?.trim_ascii();
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        if is("content-length") {
            let digits = value.iter().all(u8::is_ascii_digit).then_some(value)?;
            let length = std::str::from_utf8(digits).ok()?.parse().ok()?;
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
