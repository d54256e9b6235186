//! Random texts that are made of words. Of purely random bytes hardly any get past the first check of a parser.

/// The most words of a text.
const MOST: u8 = 12;

/// Calls `expect` with the bytes of the corpus and random ones, 512 at most if nothing else is said, and with texts made of these words. A macro, because
/// the corpus belongs to the test that calls it.
macro_rules! for_any_bytes {
    ($words:expr, $expect:expr) => {
        $crate::words::for_any_bytes!(512, $words, $expect)
    };
    ($most:expr, $words:expr, $expect:expr) => {
        bolero::check!()
            .with_iterations(10_000)
            .with_max_len($most)
            .for_each(|bytes: &[u8]| $crate::words::try_both(bytes, &$words, &$expect))
    };
}
pub(crate) use for_any_bytes;

/// Calls `expect` with the bytes, and with the text that they make of the words.
pub fn try_both(bytes: &[u8], words: &[&str], expect: &impl Fn(&[u8])) {
    expect(bytes);
    expect(&in_words(bytes, words));
}

/// A text of as many words as the first byte says, one for each of the next bytes.
fn in_words(bytes: &[u8], words: &[&str]) -> Vec<u8> {
    let Some((count, bytes)) = bytes.split_first() else {
        return Vec::new();
    };
    let count = usize::from(count % (MOST + 1));
    let chosen = bytes.iter().take(count);
    let chosen = chosen.filter_map(|byte| words.get(usize::from(*byte) % words.len()));
    chosen.flat_map(|word| word.bytes()).collect()
}
