//! Just enough of HTTP to see that an answer is complete.

use crate::Outcome;

const END_OF_HEAD: &[u8] = b"\r\n\r\n";
const CONTENT_LENGTH: &[u8] = b"content-length:";

/// A complete answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The length in bytes, head and body.
    pub length: usize,
    /// The length of the body.
    pub body: usize,
}

impl Answer {
    /// Reads an answer from its beginning; `None` if it is not complete. An answer without a length has no body.
    pub fn read(received: &[u8]) -> Outcome<Option<Self>> {
        let end = received
            .windows(END_OF_HEAD.len())
            .position(|window| window == END_OF_HEAD);
        let Some(end) = end else {
            return Ok(None);
        };
        let head = received.get(..end).unwrap_or_default();
        let status = head.strip_prefix(b"HTTP/1.1 ").and_then(number);
        let status = status.ok_or("an answer is not HTTP/1.1")?;
        let body = head
            .split(|byte| *byte == b'\n')
            .find_map(content_length)
            .unwrap_or(0);
        let length = end + END_OF_HEAD.len() + body;
        Ok((received.len() >= length).then_some(Self {
            status: u16::try_from(status)?,
            length,
            body,
        }))
    }
}

fn content_length(line: &[u8]) -> Option<usize> {
    let (name, value) = line.split_at_checked(CONTENT_LENGTH.len())?;
    if !name.eq_ignore_ascii_case(CONTENT_LENGTH) {
        return None;
    }
    number(value.trim_ascii())
}

/// The digits at the beginning.
fn number(text: &[u8]) -> Option<usize> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit());
    let digits = std::str::from_utf8(text.get(..digits.count())?).ok()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::Answer;

    #[test]
    fn an_answer_is_whole_with_its_last_byte() {
        let text = b"HTTP/1.1 200 OK\r\nx: 1\r\nContent-Length: 2\r\n\r\n{}";
        let answer = Answer {
            status: 200,
            length: text.len(),
            body: 2,
        };
        assert_eq!(Answer::read(text).unwrap(), Some(answer));
        assert_eq!(Answer::read(&text[..text.len() - 1]).unwrap(), None);
        let empty = Answer::read(b"HTTP/1.1 204 No Content\r\ndate: x\r\n\r\n");
        assert_eq!(empty.unwrap().map(|answer| answer.status), Some(204));
        assert!(Answer::read(b"SSH-2.0\r\n\r\n").is_err());
    }
}
