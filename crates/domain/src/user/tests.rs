mod bounds;
mod closed;
mod context;
mod emails;
mod names;
mod passwords;
mod precis;
mod profiles;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Characters that are hard to prepare: letters whose case changes their length, compatibility forms, joiners, marks, letters of both
/// directions, invisible characters.
const TRICKY: &[char] = &[
    'İ', 'ı', 'ſ', 'ß', 'ẞ', 'Σ', 'σ', 'ς', 'ﬁ', 'Ａ', 'ａ', 'ｱ', '·', 'l', '・', 'ア', 'א', 'ب',
    '\u{5f3}', '\u{661}', '\u{6f1}', '\u{300}', '\u{308}', '\u{345}', '\u{2126}', '\u{212a}',
    '\u{1f88}', '\u{1e9e}', '\u{94d}', '\u{200c}', '\u{200d}', '\u{ad}', '\u{202e}', '\u{3000}',
    '\u{a0}', '\0', '\r', '\n', ' ', '@',
];

/// Text of fewer than `most` characters, many of which are tricky.
fn text(most: usize) -> impl Strategy<Value = String> {
    let character = prop_oneof![
        any::<char>(),
        proptest::char::range(' ', '~'),
        select(TRICKY),
    ];
    vec(character, 0..most).prop_map(String::from_iter)
}
