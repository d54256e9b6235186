//! Random texts that are made of words. Of purely random bytes hardly any get past the first check of a parser.

/// The most words of a text.
const MOST: u8 = 12;

/// A text of as many words as the first byte says, one for each of the next bytes.
pub fn in_words(bytes: &[u8], words: &[&str]) -> Vec<u8> {
    let Some((count, bytes)) = bytes.split_first() else {
        return Vec::new();
    };
    let count = usize::from(count % (MOST + 1));
    let chosen = bytes.iter().take(count);
    let chosen = chosen.filter_map(|byte| words.get(usize::from(*byte) % words.len()));
    chosen.flat_map(|word| word.bytes()).collect()
}
