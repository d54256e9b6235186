//! Everything a server has printed.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::Place;
use crate::deadline::Deadline;

const LISTENING: &str = "listening on ";

/// Standard output and standard error of one or more runs of a server, line by line as they came.
#[derive(Clone, Debug, Default)]
pub struct Output(Arc<(Mutex<Text>, Condvar)>);

#[derive(Debug, Default)]
struct Text {
    lines: Vec<String>,
    /// Where the run under way began.
    run: usize,
    /// How many streams of it are open.
    open: usize,
}

impl Output {
    /// Begins a run: whatever was printed before is not searched for the address.
    pub(super) fn begin(&self) {
        let mut text = self.text();
        text.run = text.lines.len();
    }

    /// Collects a stream until it ends.
    pub(super) fn collect(&self, stream: impl Read + Send + 'static) {
        self.text().open += 1;
        let output = self.clone();
        thread::spawn(move || {
            let mut reader = BufReader::new(stream);
            let mut line = Vec::new();
            while reader
                .read_until(b'\n', &mut line)
                .is_ok_and(|length| length > 0)
            {
                output
                    .text()
                    .lines
                    .push(String::from_utf8_lossy(&line).into_owned());
                output.0.1.notify_all();
                line.clear();
            }
            output.text().open -= 1;
            output.0.1.notify_all();
        });
    }

    /// The first place where the run under way listens, as it is logged; `None` where it ended or took too long.
    pub(super) fn place(&self) -> Option<Place> {
        let deadline = Deadline::in_seconds(60);
        let mut text = self.text();
        loop {
            let found = text
                .lines
                .iter()
                .skip(text.run)
                .find_map(|line| place(line));
            if found.is_some() || text.open == 0 || deadline.is_over() {
                return found;
            }
            let waited = self.0.1.wait_timeout(text, deadline.left());
            text = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Everything printed until now.
    pub fn everything(&self) -> String {
        self.text().lines.concat()
    }

    fn text(&self) -> MutexGuard<'_, Text> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place(line: &str) -> Option<Place> {
    let (_, rest) = line.split_once(LISTENING)?;
    let text = rest.split(['"', '\n']).next()?;
    if let Some(path) = text.strip_prefix("unix:") {
        return Some(Place::Unix(path.into()));
    }
    let address = ["http://", "https://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme))?;
    address.parse().ok().map(Place::Tcp)
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn finds_the_place_in_a_line_of_text_or_json() {
        let found = |line: &str| place(line).map(|place| place.to_string());
        for (line, expected) in [
            (
                "INFO azuma: listening on http://127.0.0.1:4711\n",
                Some("127.0.0.1:4711"),
            ),
            (
                r#"{"message":"listening on https://127.0.0.1:80","x":1}"#,
                Some("127.0.0.1:80"),
            ),
            (
                r#"{"message":"listening on unix:/a b/c","x":1}"#,
                Some("/a b/c"),
            ),
            ("listening on something else", None),
        ] {
            assert_eq!(found(line).as_deref(), expected);
        }
    }
}
