use proptest::prelude::*;

use super::text;
use crate::user::{InvalidUserName, UserName};

fn name(text: &str) -> UserName {
    UserName::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

#[test]
fn the_seeds_names_are_names() {
    for text in ["azuma", "azumax", "John", "user1", "user2", "neo"] {
        assert_eq!(name(text).as_str(), text);
    }
}

#[test]
fn rfc_8265s_own_examples_of_names_are_names() {
    for text in [
        "juliet@example.com",
        "fussball",
        "fußball",
        "π",
        "Σ",
        "σ",
        "ς",
    ] {
        assert_eq!(name(text).as_str(), text);
    }
}

#[test]
fn names_in_another_case_have_the_same_key() {
    for (one, other) in [
        ("John", "jOHN"),
        ("Žofie", "žOFIE"),
        ("Пётр", "ПЁТР"),
        ("Ζωή", "ΖΩΉ"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("İz", "i\u{307}z"),
    ] {
        assert_eq!(name(one).normalized(), name(other).normalized());
    }
}

#[test]
fn names_that_differ_in_more_than_case_have_different_keys() {
    for (one, other) in [
        ("fussball", "fußball"),
        ("jon", "john"),
        ("a", "а"),
        ("o", "ö"),
    ] {
        assert_ne!(name(one).normalized(), name(other).normalized());
    }
}

#[test]
fn a_name_is_shown_in_the_case_it_was_written_in() {
    assert_eq!(name("JoHn").as_str(), "JoHn");
    assert_eq!(name("JoHn").to_string(), "JoHn");
}

#[test]
fn wide_letters_become_narrow_and_composed() {
    assert_eq!(name("Ｎｅｏ１"), name("Neo1"));
    assert_eq!(name("Zoe\u{308}"), name("Zoë"));
    assert_eq!(name("ｶﾞ"), name("ガ"));
}

#[test]
fn what_rfc_8265_forbids_in_names_is_refused() {
    for text in [
        "",
        " ",
        "a b",
        " a",
        "a\u{a0}b",
        "a\u{3000}b",
        "\0",
        "neo\0",
        "\u{202e}nhoj",
        "a\u{200b}b",
        "a\nb",
        "a\tb",
        "\u{7f}",
        "\u{85}",
        "\u{feff}a",
        "henry\u{2163}",
        "ﬁsh",
        "∞",
        "💤",
        "a\u{200d}b",
        "אa",
        "\u{e000}",
        "\u{fffe}",
    ] {
        assert_eq!(UserName::parse(text), Err(InvalidUserName), "{text:?}");
    }
}

#[test]
fn a_name_has_at_most_64_characters_once_it_is_prepared() {
    for one in ["a", "Ж", "𐐀", "e\u{301}", "ｅ"] {
        assert_eq!(name(&one.repeat(64)).as_str().chars().count(), 64);
        assert_eq!(
            UserName::parse(&one.repeat(65)),
            Err(InvalidUserName),
            "{one}"
        );
    }
}

#[test]
fn a_name_is_as_long_as_it_is_written_whatever_its_key() {
    // Each character becomes two in the normalized form.
    assert_eq!(name(&"İ".repeat(64)).normalized().chars().count(), 128);
}

proptest! {
    #[test]
    fn no_name_holds_a_space_or_control_character(text in text(70)) {
        if let Ok(name) = UserName::parse(&text) {
            prop_assert!(!name.as_str().chars().any(|c| c.is_control() || c.is_whitespace()));
            prop_assert!(!name.normalized().is_empty());
        }
    }

    #[test]
    fn ascii_names_differ_by_key_as_they_do_in_lower_case(one in "[!-~]{1,4}", other in "[!-~]{1,4}") {
        let same = one.eq_ignore_ascii_case(&other);
        prop_assert_eq!(name(&one).normalized() == name(&other).normalized(), same);
    }
}
