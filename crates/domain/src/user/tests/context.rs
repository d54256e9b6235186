use std::cell::Cell;

use precis_core::{DerivedPropertyValue, Error, FreeformClass, IdentifierClass, StringClass};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::user::context::{Context, allows};

/// Every character that needs a context, and some of each kind of context: a letter l, a Greek and a Hebrew letter, a
/// virama, letters that join on both sides, on the left and on the right, a mark that joiners look past, and a kana.
const TELLING: &[char] = &[
    'a', 'l', '·', 'α', '\u{375}', 'א', '\u{5f3}', '\u{5f4}', '\u{94d}', '\u{200c}', '\u{200d}',
    'ب', '\u{a872}', 'ا', '\u{5bf}', '・', 'ア', '\u{660}', '\u{669}', '\u{6f0}', '\u{6f9}',
];

fn agrees(text: &str) -> bool {
    let (freeform, identifier) = (FreeformClass::default(), IdentifierClass::default());
    allows(&freeform, text).is_ok() == freeform.allows(text).is_ok()
        && allows(&identifier, text).is_ok() == identifier.allows(text).is_ok()
}

#[test]
fn a_character_needs_a_context_where_its_class_says_so() {
    for character in '\0'..=char::MAX {
        let value = FreeformClass::default().get_value_from_char(character);
        let needs = matches!(
            value,
            DerivedPropertyValue::ContextJ | DerivedPropertyValue::ContextO
        );
        assert_eq!(Context::of(character).is_some(), needs, "{character:?}");
    }
}

#[test]
fn four_telling_characters_are_allowed_as_by_the_class() {
    let mut texts = vec![String::new()];
    for _ in 0..4 {
        let longer = |text: &String| TELLING.iter().map(|c| format!("{text}{c}")).collect();
        texts = texts.iter().flat_map::<Vec<_>, _>(longer).collect();
        for text in &texts {
            assert!(agrees(text), "{text:?}");
        }
    }
}

proptest! {
    #[test]
    fn any_telling_text_is_allowed_as_by_the_class(text in vec(select(TELLING), 0..12)) {
        prop_assert!(agrees(&String::from_iter(text)));
    }
}

/// A class that counts the characters of the texts it checks. Its time is linear in that count if no text has more than
/// one character that needs a context.
#[derive(Default)]
struct Counting {
    class: FreeformClass,
    characters: Cell<usize>,
}

impl StringClass for Counting {
    fn get_value_from_char(&self, c: char) -> DerivedPropertyValue {
        self.class.get_value_from_char(c)
    }

    fn get_value_from_codepoint(&self, cp: u32) -> DerivedPropertyValue {
        self.class.get_value_from_codepoint(cp)
    }

    fn allows<S: AsRef<str>>(&self, label: S) -> Result<(), Error> {
        let label = label.as_ref();
        let in_context = label.chars().filter(|c| Context::of(*c).is_some());
        assert!(in_context.count() <= 1, "{label:?}");
        let asked = self.characters.get() + label.chars().count();
        self.characters.set(asked);
        self.class.allows(label)
    }
}

#[test]
fn the_class_is_asked_about_no_more_than_three_times_the_text() {
    // Texts of repeated characters that are allowed, or refused at their end, so that the whole text is checked.
    for (one, end) in [
        ("・", "一"),
        ("・", ""),
        ("l·", "l"),
        ("·", ""),
        ("\u{660}", ""),
        ("\u{6f0}", ""),
        ("\u{660}\u{6f0}", ""),
        ("\u{94d}\u{200d}", ""),
        ("\u{94d}\u{200c}", ""),
        ("ب\u{200c}", "ب"),
        ("ب\u{5bf}\u{5bf}\u{5bf}\u{200c}\u{5bf}\u{5bf}", "ب"),
        ("א\u{5f3}", ""),
        ("\u{5f3}", ""),
        ("\u{375}", "α"),
        ("\u{375}・", "一"),
        ("\u{5bf}", "\u{200c}ب"),
    ] {
        let text = one.repeat(1_000) + end;
        let class = Counting::default();
        let _ = allows(&class, &text);
        let most = 3 * text.chars().count();
        assert!(
            class.characters.get() <= most,
            "{one:?}: {:?}",
            class.characters
        );
    }
}
