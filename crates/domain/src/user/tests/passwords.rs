use proptest::prelude::*;

use super::text;
use crate::user::{Password, PasswordHash, PasswordRules};

fn password(text: &str) -> Vec<u8> {
    let password = Password::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    password.expose().to_vec()
}

#[test]
fn the_seeds_passwords_are_passwords() {
    for text in ["neo", "neox", "user1", "user2", "oneshot_secret"] {
        assert_eq!(password(text), text.as_bytes());
    }
}

#[test]
fn a_password_has_1_to_1024_bytes() {
    assert_eq!(password("p").len(), 1);
    assert_eq!(password(&"p".repeat(1_024)).len(), 1_024);
    assert_eq!(password(&"é".repeat(512)).len(), 1_024);
    for text in [String::new(), "p".repeat(1_025), "é".repeat(513)] {
        assert!(Password::parse(&text).is_err());
    }
}

#[test]
fn the_bytes_of_a_password_are_counted_once_it_is_prepared() {
    // Each character has three bytes, and two after it is prepared.
    assert_eq!(password(&"e\u{301}".repeat(512)).len(), 1_024);
}

#[test]
fn every_space_in_a_password_is_the_same_space() {
    for space in [
        '\u{a0}', '\u{1680}', '\u{2003}', '\u{202f}', '\u{205f}', '\u{3000}',
    ] {
        assert_eq!(password(&format!("a{space}b")), b"a b");
    }
}

#[test]
fn a_password_composed_or_not_is_the_same() {
    assert_eq!(password("Zoe\u{308}"), password("Zoë"));
}

#[test]
fn case_and_width_count_in_a_password() {
    assert_ne!(password("Neo"), password("neo"));
    assert_ne!(password("ｎeo"), password("neo"));
}

#[test]
fn control_characters_are_refused_in_a_password() {
    for text in [
        "\0",
        "a\0b",
        "a\tb",
        "a\nb",
        "\u{7}",
        "\u{7f}",
        "a\u{200b}b",
    ] {
        assert!(Password::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn the_rules_of_passwords_count_characters() {
    let accepted = |min_length, text| {
        let rules = PasswordRules { min_length };
        rules.accept(Password::parse(text).unwrap()).is_ok()
    };
    assert!(accepted(1, "p"));
    assert!(accepted(4, "pass"));
    assert!(!accepted(4, "päs"));
    assert!(accepted(4, "𝄞𝄞𝄞𝄞"));
}

#[test]
fn the_hash_of_a_password_is_not_printed() {
    let hash = PasswordHash::from_phc("$argon2id$secret".to_owned());
    assert!(!format!("{hash:?}").contains("secret"));
}

proptest! {
    #[test]
    fn no_password_holds_a_control_character(text in text(70)) {
        if let Ok(password) = Password::parse(&text) {
            let prepared = String::from_utf8(password.expose().to_vec()).unwrap();
            prop_assert!(!prepared.chars().any(char::is_control));
        }
    }
}
