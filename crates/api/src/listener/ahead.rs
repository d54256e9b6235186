//! How far a client may send ahead of its answers.
//!
//! Actix decodes all requests that it has read before it answers the second of them, and a decoded request takes a hundred times the bytes
//! it came in. So it is given no more than a few at once: what follows waits until those are answered.

use std::cell::Cell;
use std::mem;
use std::rc::Rc;

use actix_web::HttpRequest;
use memchr::memchr_iter;

/// How many heads are handed on at once.
const HEADS: usize = 16;
/// So few bytes hold no more heads than that, and need not be looked at.
const FEW: usize = 256;

/// What of a connection's requests was handed on and is not answered.
#[derive(Default)]
pub struct Ahead {
    unanswered: Unanswered,
    /// Bytes and ends of heads since all was answered. The empty lines in bodies are counted as ends of heads.
    bytes: usize,
    heads: usize,
    /// What follows the last end of a line so far is the end of a head, if its line ends now.
    ends_head: bool,
    /// Whether an answer has left since bytes were handed on last.
    has_answered: bool,
    /// Whether bytes were written that have not left.
    is_writing: bool,
}

impl Ahead {
    /// Where the requests of the connection are counted.
    pub fn unanswered(&self) -> Unanswered {
        self.unanswered.clone()
    }

    /// Begins anew, if all requests are answered and the answers have left. Answers whether more may be handed on.
    pub fn has_room(&mut self) -> bool {
        if self.has_answered && self.unanswered.is_none() {
            self.begin_anew();
        }
        self.heads < HEADS
    }

    /// Hands on as many again, if all that was written has left. Answers whether it has.
    pub fn begin_anew(&mut self) -> bool {
        if !self.is_writing {
            (self.bytes, self.heads) = (0, 0);
        }
        !self.is_writing
    }

    /// How many of these bytes may be handed on.
    pub fn admit(&mut self, bytes: &[u8]) -> usize {
        self.has_answered = self.has_answered && bytes.is_empty();
        self.bytes = self.bytes.saturating_add(bytes.len());
        if self.bytes <= FEW {
            return bytes.len();
        }
        let mut begin = 0;
        for end in memchr_iter(b'\n', bytes) {
            let line = bytes.get(begin..end).unwrap_or_default();
            begin = end + 1;
            self.heads += usize::from(self.ends_head && is_empty(line));
            self.ends_head = true;
            if self.heads == HEADS {
                return begin;
            }
        }
        let line = bytes.get(begin..).unwrap_or_default();
        self.ends_head = self.ends_head && is_empty(line);
        bytes.len()
    }

    /// Bytes were written.
    pub fn written(&mut self) {
        self.is_writing = true;
    }

    /// All that was written has left. Answers whether there was anything.
    pub fn flushed(&mut self) -> bool {
        self.has_answered |= self.is_writing;
        mem::take(&mut self.is_writing)
    }
}

/// Whether a line, without the `\n` at its end, is empty.
fn is_empty(line: &[u8]) -> bool {
    matches!(line, [] | b"\r")
}

/// How many requests of a connection are being answered.
#[derive(Clone, Default)]
pub struct Unanswered(Rc<Cell<usize>>);

/// A request is being answered until this is dropped.
pub struct Answering(Rc<Cell<usize>>);

impl Unanswered {
    /// Counts a request, if its connection is one that counts.
    pub fn begin(request: &HttpRequest) -> Option<Answering> {
        let Self(count) = request.conn_data()?;
        count.set(count.get() + 1);
        Some(Answering(Rc::clone(count)))
    }

    fn is_none(&self) -> bool {
        self.0.get() == 0
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many bytes are handed on of what comes in pieces of this size, until there is no room.
    fn handed_on(bytes: &[u8], size: usize) -> usize {
        let mut ahead = Ahead::default();
        let mut sum = 0;
        for piece in bytes.chunks(size) {
            if !ahead.has_room() {
                break;
            }
            sum += ahead.admit(piece);
        }
        sum
    }

    #[test]
    fn a_few_heads_are_handed_on_however_they_are_cut() {
        for head in [
            &b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n"[..],
            b"GET / HTTP/1.1\nHost: x\n\n",
            b"GET /\n\n",
        ] {
            let heads = head.repeat(1_000);
            for size in [1, 2, 3, 5, 7, 64, 1_000, 8_192] {
                let handed_on = handed_on(&heads, size) / head.len();
                assert!(
                    (HEADS..HEADS + FEW / 5).contains(&handed_on),
                    "{size}: {handed_on}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_head_is_handed_on_whole() {
        let body = b"{\r\n\"a\": 1,\r\n\"b\": 2}\r\n".repeat(1_000);
        assert_eq!(handed_on(&body, 8_192), body.len());
    }

    #[test]
    fn there_is_room_again_once_all_is_answered_and_has_left() {
        let mut ahead = Ahead::default();
        let heads = b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n".repeat(100);
        ahead.admit(&heads);
        assert!(!ahead.flushed() && !ahead.has_room(), "nothing is answered");
        ahead.unanswered.0.set(1);
        let answering = Answering(Rc::clone(&ahead.unanswered.0));
        ahead.written();
        assert!(!ahead.begin_anew(), "the answer has not left");
        assert!(ahead.flushed() && !ahead.has_room(), "one is left");
        drop(answering);
        assert!(ahead.has_room());
    }
}
