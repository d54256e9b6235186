//! Checking a PRECIS string class in time linear in the length of the text.
//!
//! Some characters are allowed only in the context of certain others (RFC 5892 appendix A). `precis_core` scans the
//! whole text for each of them, which takes quadratic time for a text of nothing else. Here it checks pieces with one
//! such character each, and every character of the text is in a few pieces at most.

use precis_core::{Error, StringClass};

const MIDDLE_DOT: char = '\u{b7}';
const KERAIA: char = '\u{375}';
const GERESH: char = '\u{5f3}';
const GERSHAYIM: char = '\u{5f4}';
const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';
const KATAKANA_MIDDLE_DOT: char = '\u{30fb}';

/// The context that a character needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// The characters beside it. In the context of another character, it counts as the character given here.
    Beside(char),
    /// The whole text, which must contain a letter of its script.
    Anywhere,
    /// The whole text, which must contain no digit of the other kind.
    ArabicDigit,
    /// The same as for [`ArabicDigit`](Self::ArabicDigit).
    ExtendedArabicDigit,
}

impl Context {
    /// The context that this character needs; `None` if it needs none.
    pub(super) fn of(character: char) -> Option<Self> {
        match character {
            MIDDLE_DOT | NON_JOINER | JOINER => Some(Self::Beside('a')),
            // These are Greek and Hebrew letters themselves.
            KERAIA => Some(Self::Beside('α')),
            GERESH | GERSHAYIM => Some(Self::Beside('א')),
            KATAKANA_MIDDLE_DOT => Some(Self::Anywhere),
            '\u{660}'..='\u{669}' => Some(Self::ArabicDigit),
            '\u{6f0}'..='\u{6f9}' => Some(Self::ExtendedArabicDigit),
            _ => None,
        }
    }

    /// The character that it counts as in the context of another one.
    fn stand_in(self) -> char {
        match self {
            Self::Beside(character) => character,
            Self::Anywhere | Self::ArabicDigit | Self::ExtendedArabicDigit => 'a',
        }
    }
}

/// Checks that the class allows the text. The result is that of `class.allows(text)`, except for details of the error.
pub(super) fn allows(class: &impl StringClass, text: &str) -> Result<(), Error> {
    if !text
        .chars()
        .any(|character| Context::of(character).is_some())
    {
        return class.allows(text);
    }
    let has = |context| text.chars().any(|c| Context::of(c) == Some(context));
    if has(Context::ArabicDigit) && has(Context::ExtendedArabicDigit) {
        return Err(Error::Invalid);
    }
    // All characters that need no context, and one middle dot if the text has any, because it needs all the others.
    let mut others: String = text.chars().filter(|c| Context::of(*c).is_none()).collect();
    if has(Context::Anywhere) {
        others.push(KATAKANA_MIDDLE_DOT);
    }
    class.allows(&others)?;
    pieces(text).try_for_each(|piece| class.allows(piece))
}

/// One piece for each character that needs a context beside it. A piece reaches to the next character on either side
/// that needs a context as well, because a joiner does not look past such a character.
fn pieces(text: &str) -> impl Iterator<Item = String> {
    let places: Vec<(usize, char, Context)> = text
        .char_indices()
        .filter_map(|(at, character)| Some((at, character, Context::of(character)?)))
        .collect();
    (0..places.len()).filter_map(move |index| {
        let (at, character, Context::Beside(_)) = *places.get(index)? else {
            return None;
        };
        let before = index.checked_sub(1).and_then(|index| places.get(index));
        let after = places.get(index + 1);
        let begin = before.map_or(0, |(at, character, _)| at + character.len_utf8());
        let end = after.map_or(text.len(), |(at, ..)| *at);
        let mut piece = String::new();
        piece.extend(before.map(|(.., context)| context.stand_in()));
        piece.push_str(text.get(begin..at)?);
        piece.push(character);
        piece.push_str(text.get(at + character.len_utf8()..end)?);
        piece.extend(after.map(|(.., context)| context.stand_in()));
        Some(piece)
    })
}
