//! What commands print.

use std::io::{ErrorKind, Write, stderr, stdout};

use serde::Serialize;

use crate::cli::Output;

/// Whether anybody still reads what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// As far as is known.
    Some,
    /// The pipe is closed, as in `azuma user list | head -1`.
    Gone,
}

/// Who reads an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A person.
    Text,
    /// A program: a JSON object a line.
    Json,
}

impl From<Output> for Form {
    fn from(output: Output) -> Self {
        match output.json {
            true => Self::Json,
            false => Self::Text,
        }
    }
}

/// Prints text on standard output. A closed pipe is not an error, as in `azuma config | head -1`.
///
/// # Errors
/// One sentence if the text cannot be written for another reason.
pub fn print(text: &str) -> Result<(), String> {
    print_on(text).map(|_| ())
}

/// The same, for who has more to print and stops where nobody reads it.
///
/// # Errors
/// One sentence if the text cannot be written for another reason.
pub fn print_on(text: &str) -> Result<Readers, String> {
    let mut out = stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(Readers::Some),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Readers::Gone),
        Err(error) => Err(format!("standard output cannot be written: {error}")),
    }
}

/// Prints what nobody can print again, such as a token that was made. A closed pipe is an error here.
///
/// # Errors
/// One sentence if the text was not written, with `remedy`: what to do about it.
pub fn print_once(text: &str, remedy: &str) -> Result<(), String> {
    match print_on(text) {
        Ok(Readers::Some) => Ok(()),
        Ok(Readers::Gone) => Err(format!("nobody reads standard output; {remedy}")),
        Err(error) => Err(format!("{error}; {remedy}")),
    }
}

/// Says something beside the answer, on standard error. If that fails, there is no other place for it.
pub fn say(sentence: &str) {
    let _ = writeln!(stderr(), "azuma: {sentence}");
}

/// A line with the value as JSON, without its end. It has no character that a terminal obeys or that turns the text around.
///
/// # Errors
/// That of `serde_json`.
pub fn json(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let json = serde_json::to_string(value)?;
    let mut safe = String::with_capacity(json.len());
    for character in json.chars() {
        match is_harmless(character) {
            true => safe.push(character),
            // Only strings hold such characters, so they can be escaped as in strings.
            false => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units).iter() {
                    safe.extend([format!("\\u{unit:04x}")]);
                }
            }
        }
    }
    Ok(safe)
}

/// The text as a person is shown it: what a terminal obeys, what turns text around, and what nobody sees, is written as
/// `\u{202e}`.
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => shown.push_str("\\\\"),
            _ if is_harmless(character) => shown.push(character),
            _ => shown.extend(character.escape_unicode()),
        }
    }
    shown
}

fn is_harmless(character: char) -> bool {
    match character {
        ' '..='~' => true,
        // A mark that combines is escaped only where it stands first.
        _ => format!("x{character}").escape_debug().eq(['x', character]),
    }
}

/// A text for a moment or another value that may be missing.
pub fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_shown_as_what_it_is() {
        for (text, expected) in [
            ("neo", "neo"),
            ("O'Brien \"neo\"", "O'Brien \"neo\""),
            ("Zoë 日本 עברית e\u{301}", "Zoë 日本 עברית e\u{301}"),
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("a\u{202e}b\u{2066}c", "a\\u{202e}b\\u{2066}c"),
            ("\u{9b}31m\u{7f}\r\n", "\\u{9b}31m\\u{7f}\\u{d}\\u{a}"),
            (
                "\u{200b}\u{feff}\u{2028}\u{e0041}",
                "\\u{200b}\\u{feff}\\u{2028}\\u{e0041}",
            ),
            ("a\\u{1b}", "a\\\\u{1b}"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn json_holds_the_text_as_stored_and_nothing_that_a_terminal_obeys() {
        let text = "a\u{1b}\u{202e}\u{9b}\u{e0041}\"\\é";
        let line = json(&[text]).unwrap();
        assert_eq!(line, r#"["a\u001b\u202e\u009b\udb40\udc41\"\\é"]"#);
        let read: Vec<String> = serde_json::from_str(&line).unwrap();
        assert_eq!(read, [text]);
    }
}
