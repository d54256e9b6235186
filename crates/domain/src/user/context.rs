//! What a PRECIS string class allows, found in a time that grows as the text does.
//!
//! Some characters are allowed beside certain others alone (RFC 5892 appendix A). `precis_core` looks at all of the text for
//! each of them, so a text of nothing else takes it a time that grows as the square. Here it is asked about pieces that
//! hold one of them each, and no character is in more than a few pieces.

use precis_core::{Error, StringClass};

const MIDDLE_DOT: char = '\u{b7}';
const KERAIA: char = '\u{375}';
const GERESH: char = '\u{5f3}';
const GERSHAYIM: char = '\u{5f4}';
const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';
const KATAKANA_MIDDLE_DOT: char = '\u{30fb}';

/// What the context of a character is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// What stands beside it. In the context of another one, it counts as this character does.
    Beside(char),
    /// All of the text: one of the letters it is written among.
    Anywhere,
    /// All of the text: no digit of the other kind.
    ArabicDigit,
    /// The same.
    ExtendedArabicDigit,
}

impl Context {
    /// `None` where a character needs none.
    pub(super) fn of(character: char) -> Option<Self> {
        match character {
            MIDDLE_DOT | NON_JOINER | JOINER => Some(Self::Beside('a')),
            // Greek, and Hebrew, themselves.
            KERAIA => Some(Self::Beside('α')),
            GERESH | GERSHAYIM => Some(Self::Beside('א')),
            KATAKANA_MIDDLE_DOT => Some(Self::Anywhere),
            '\u{660}'..='\u{669}' => Some(Self::ArabicDigit),
            '\u{6f0}'..='\u{6f9}' => Some(Self::ExtendedArabicDigit),
            _ => None,
        }
    }

    /// What the character counts as in the context of another one.
    fn stand_in(self) -> char {
        match self {
            Self::Beside(character) => character,
            Self::Anywhere | Self::ArabicDigit | Self::ExtendedArabicDigit => 'a',
        }
    }
}

/// Asks whether the class allows the text. The answer is `class.allows(text)`'s, but for the words of a refusal.
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
    // All but those that need a context, and once the one that needs all the others.
    let mut others: String = text.chars().filter(|c| Context::of(*c).is_none()).collect();
    if has(Context::Anywhere) {
        others.push(KATAKANA_MIDDLE_DOT);
    }
    class.allows(&others)?;
    pieces(text).try_for_each(|piece| class.allows(piece))
}

/// Each character whose context is what stands beside it, between the next ones on either side that need a context as
/// well: none of these is one that a joiner looks past.
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
