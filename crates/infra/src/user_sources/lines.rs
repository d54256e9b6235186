//! Lines of a bounded length.

use std::io::{self, BufRead};

use azuma_domain::ports::UnreadableEntry;

/// The longest line, in bytes. A user's icon has 2,048 bytes, and every other field less.
const MAX_BYTES: usize = 64 << 10;

/// What some programs put before the first line.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The lines of a file. Of a line that is too long no more than its length is kept.
pub(super) struct Lines<R> {
    reader: R,
    number: u64,
}

/// A line.
pub(super) struct Line {
    /// Counted from 1.
    pub(super) number: u64,
    /// Its text, without its end.
    pub(super) text: Result<String, UnreadableEntry>,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn of(reader: R) -> Self {
        Self { reader, number: 0 }
    }

    /// The next line that is not empty; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        loop {
            let Some(bytes) = self.read_line()? else {
                return Ok(None);
            };
            self.number += 1;
            let text = bytes
                .and_then(|bytes| String::from_utf8(bytes).map_err(|_| UnreadableEntry::NotUtf8));
            let text = match self.number {
                1 => text.map(without_mark),
                _ => text,
            };
            if !text.as_ref().is_ok_and(|text| text.trim().is_empty()) {
                let number = self.number;
                return Ok(Some(Line { number, text }));
            }
        }
    }

    /// Reads up to the end of a line; `None` at the end of the file.
    fn read_line(&mut self) -> io::Result<Option<Result<Vec<u8>, UnreadableEntry>>> {
        let mut line = Vec::new();
        let mut length = 0_usize;
        loop {
            let read = match self.reader.fill_buf() {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if read.is_empty() {
                return Ok(match length {
                    0 => None,
                    _ => Some(bounded(line, length)),
                });
            }
            let end = read.iter().position(|byte| *byte == b'\n');
            let piece = read.get(..end.unwrap_or(read.len())).unwrap_or_default();
            length = length.saturating_add(piece.len());
            if length <= MAX_BYTES {
                line.extend_from_slice(piece);
            }
            let consumed = piece.len() + usize::from(end.is_some());
            self.reader.consume(consumed);
            if end.is_some() {
                return Ok(Some(bounded(line, length)));
            }
        }
    }
}

fn bounded(line: Vec<u8>, length: usize) -> Result<Vec<u8>, UnreadableEntry> {
    match length <= MAX_BYTES {
        true => Ok(line),
        false => Err(UnreadableEntry::TooLong(MAX_BYTES)),
    }
}

fn without_mark(text: String) -> String {
    match text.strip_prefix(BYTE_ORDER_MARK) {
        Some(text) => text.to_owned(),
        None => text,
    }
}
