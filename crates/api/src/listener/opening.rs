//! The first bytes of a connection. By default nginx speaks HTTP/1.0 to the servers behind it and sends no length for a
//! request without a body. By RFC 9112 §6.3 such a body is empty, but actix refuses an HTTP/1.0 `POST` without a
//! length.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

use super::stream::Stream;

const METHOD: &[u8] = b"POST ";
const VERSION: &[u8] = b" HTTP/1.0";
const LENGTH: &[u8] = b"Content-Length: 0\r\n";
/// A head longer than this is passed on unchanged.
const LONGEST: usize = 16 * 1024;

/// Holds back the first bytes of a connection until it is clear whether they are the head of such a request. Such a
/// head gets a length.
#[derive(Default)]
pub struct Opening {
    bytes: Vec<u8>,
    handed_on: usize,
    rest: Option<Rest>,
}

/// What follows the bytes that were held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Everything that the client sends.
    Sent,
    /// Nothing: bytes after such a `POST` could be a body without a length, and must not be read as another request.
    Nothing,
}

impl Opening {
    /// Hands on the opening bytes; once all are handed on, returns what follows them.
    pub fn poll_read(
        &mut self,
        mut stream: Pin<&mut Stream>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<Option<Rest>>> {
        let rest = loop {
            if let Some(rest) = self.rest {
                break rest;
            }
            let mut chunk = [0; 4096];
            let mut chunk = ReadBuf::new(&mut chunk);
            ready!(stream.as_mut().poll_read(context, &mut chunk))?;
            self.bytes.extend_from_slice(chunk.filled());
            self.rest = match chunk.filled().is_empty() {
                true => Some(Rest::Sent),
                false => complete(&mut self.bytes),
            };
        };
        let waiting = self.bytes.get(self.handed_on..).unwrap_or_default();
        let (now, _) = waiting.split_at(waiting.len().min(buffer.remaining()));
        buffer.put_slice(now);
        self.handed_on += now.len();
        Poll::Ready(Ok(waiting.is_empty().then_some(rest)))
    }
}

/// Adds a length to the head if it needs one, and returns what follows; `None` until the head is complete.
pub fn complete(bytes: &mut Vec<u8>) -> Option<Rest> {
    let begun = bytes.get(..METHOD.len()).unwrap_or(bytes);
    if !METHOD.starts_with(begun) || bytes.len() > LONGEST {
        return Some(Rest::Sent);
    }
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let request = lines.next().filter(|line| line.ends_with(b"\n"))?;
    if !request.trim_ascii_end().ends_with(VERSION) {
        return Some(Rest::Sent);
    }
    let (after_request, mut length) = (request.len(), request.len());
    for line in lines {
        length += line.len();
        if matches!(line, b"\r\n" | b"\n") {
            bytes.truncate(length);
            bytes.splice(after_request..after_request, LENGTH.iter().copied());
            return Some(Rest::Nothing);
        }
        if says_a_length(line) {
            return Some(Rest::Sent);
        }
    }
    None
}

fn says_a_length(line: &[u8]) -> bool {
    let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
    let is_name = |known: &str| name.trim_ascii().eq_ignore_ascii_case(known.as_bytes());
    is_name("content-length") || is_name("transfer-encoding")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(head: &str) -> (Option<Rest>, String) {
        let mut bytes = head.as_bytes().to_vec();
        let rest = complete(&mut bytes);
        (rest, String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn a_post_of_http_1_0_without_a_length_is_told_that_it_has_none_and_is_the_last() {
        for (head, told) in [
            (
                "POST /a HTTP/1.0\r\nHost: x\r\n\r\nGET / HTTP/1.0\r\n\r\n",
                "POST /a HTTP/1.0\r\nContent-Length: 0\r\nHost: x\r\n\r\n",
            ),
            (
                "POST /a HTTP/1.0\r\n\r\n",
                "POST /a HTTP/1.0\r\nContent-Length: 0\r\n\r\n",
            ),
            (
                "POST /a HTTP/1.0\n\n",
                "POST /a HTTP/1.0\nContent-Length: 0\r\n\n",
            ),
        ] {
            assert_eq!(completed(head), (Some(Rest::Nothing), told.to_owned()));
        }
    }

    #[test]
    fn whatever_else_a_connection_begins_with_is_left_as_it_is() {
        for head in [
            "GET / HTTP/1.0\r\n",
            "PATCH",
            "POST /a HTTP/1.1\r\n",
            "POST /a HTTP/1.0\r\ncontent-LENGTH: 3\r\n\r\nabc",
            "POST /a HTTP/1.0\r\nContent-Length : 3\r\n",
            "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n",
            &format!("POST /a HTTP/1.0\r\nCookie: {}", "x".repeat(LONGEST)),
        ] {
            assert_eq!(completed(head), (Some(Rest::Sent), head.to_owned()));
        }
    }

    #[test]
    fn a_head_that_has_not_all_arrived_is_waited_for() {
        let head = "POST /a HTTP/1.0\r\nHost: x\r\n\r\n";
        for length in 0..head.len() - 1 {
            assert_eq!(completed(&head[..length]).0, None, "{length}");
        }
    }
}
