//! What differs from run to run, replaced in what a command printed.

use std::collections::HashMap;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The text with each id replaced by a number in the order of appearance, each time by one time, and each generated password by
/// a row of `x`. Nothing becomes longer or shorter, so columns stay where they are.
pub fn masked(text: &str) -> String {
    let mut ids = HashMap::new();
    let mut masked = String::new();
    let mut word = String::new();
    for character in text.chars().chain(['\n']) {
        if character.is_ascii_alphanumeric() || "-:.".contains(character) {
            word.push(character);
            continue;
        }
        masked.push_str(&masked_word(&word, &mut ids));
        masked.push(character);
        word.clear();
    }
    masked.pop();
    masked
}

fn masked_word(word: &str, ids: &mut HashMap<String, usize>) -> String {
    let (word, colon) = match word.strip_suffix(':') {
        Some(word) => (word, ":"),
        None => (word, ""),
    };
    let groups: Vec<_> = word.split('-').map(str::len).collect();
    let masked = match groups.as_slice() {
        [8, 4, 4, 4, 12] => {
            let next = ids.len() + 1;
            let number = *ids.entry(word.to_owned()).or_insert(next);
            format!("00000000-0000-4000-8000-{number:012}")
        }
        [5, 5, 5, 5, 5] => "xxxxx-xxxxx-xxxxx-xxxxx-xxxxx".to_owned(),
        _ if OffsetDateTime::parse(word, &Rfc3339).is_ok() => {
            "2026-11-28T12:00:00.000000Z".to_owned()
        }
        _ => word.to_owned(),
    };
    masked + colon
}
