//! What a connection begins with. nginx speaks HTTP/1.0 to servers behind it unless it is told otherwise, and says no length of
//! a request without a body. RFC 9112 §6.3 calls such a body empty; actix refuses a `POST` of HTTP/1.0 that says none.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::rt::net::TcpStream;
use tokio::io::{AsyncRead, ReadBuf};

const METHOD: &[u8] = b"POST ";
const VERSION: &[u8] = b" HTTP/1.0";
const LENGTH: &[u8] = b"Content-Length: 0\r\n";
/// A longer head is passed on as it is.
const LONGEST: usize = 16 * 1024;

/// The first bytes of a connection, held back until it is known whether they are such a head, which is told its length.
#[derive(Default)]
pub struct Opening {
    bytes: Vec<u8>,
    handed_on: usize,
    rest: Option<Rest>,
}

/// What follows the bytes held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Whatever the client sends.
    Sent,
    /// Nothing: what comes behind such a `POST` could be a body that its sender forgot to announce, and is not to be taken for
    /// a request.
    Nothing,
}

impl Opening {
    /// Hands on what the connection begins with, and answers what follows once all of that is handed on.
    pub fn poll_read(
        &mut self,
        mut stream: Pin<&mut TcpStream>,
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

/// Tells a head its length where it is to be told, and what follows it; `None` while that is not known yet.
fn complete(bytes: &mut Vec<u8>) -> Option<Rest> {
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
