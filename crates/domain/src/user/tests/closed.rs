//! Parsing what was parsed gives the same value. Otherwise a stored value could be unreadable.

use proptest::prelude::*;

use super::text;
use crate::session::UserAgent;
use crate::user::{EmailAddress, Icon, Password, Status, UserName};

/// Characters that change or need their neighbours when a text is composed, reordered, mapped or put in lower case.
const BESIDE: &[char] = &[
    '\u{300}', '\u{301}', '\u{308}', '\u{313}', '\u{345}', '\u{94d}', '\u{9bc}', '\u{200c}',
    '\u{200d}', '\u{3099}', '\u{ff9e}', 'Σ', 'İ', 'l',
];

fn assert_name_is_closed(text: &str) {
    let Ok(name) = UserName::parse(text) else {
        return;
    };
    assert_eq!(UserName::parse(name.as_str()), Ok(name.clone()), "{text:?}");
    if let Ok(normalized) = UserName::parse(name.normalized()) {
        assert_eq!(normalized.normalized(), name.normalized(), "{text:?}");
    }
}

fn assert_password_is_closed(text: &str) {
    let Ok(password) = Password::parse(text) else {
        return;
    };
    let prepared = String::from_utf8(password.expose().to_vec()).unwrap();
    let again = Password::parse(&prepared).ok();
    assert_eq!(
        again.as_ref().map(Password::expose),
        Some(password.expose()),
        "{text:?}"
    );
}

fn assert_email_is_closed(text: &str) {
    if let Ok(email) = EmailAddress::parse(text) {
        assert_eq!(EmailAddress::parse(email.as_str()), Ok(email), "{text:?}");
    }
}

fn assert_profile_is_closed(text: &str) {
    if let Ok(icon) = Icon::parse(text) {
        assert_eq!(Icon::parse(icon.as_str()), Ok(icon), "{text:?}");
    }
    if let Ok(status) = Status::parse(text) {
        assert_eq!(Status::parse(status.as_str()), Ok(status), "{text:?}");
    }
    if let Some(agent) = UserAgent::parse(text) {
        assert_eq!(UserAgent::parse(agent.as_str()), Some(agent), "{text:?}");
    }
}

#[test]
fn greek_capitals_with_an_iota_below_are_no_names() {
    // NFC composes them to titlecase letters, which RFC 8265 forbids.
    for text in [
        "Η\u{345}",
        "Α\u{345}",
        "ab\u{391}\u{345}c",
        "Ω\u{313}\u{345}",
    ] {
        assert!(UserName::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn a_name_whose_normalized_form_is_not_normalized_is_refused() {
    // In lower case, a dot above comes between the virama and the joiner that needs it.
    assert!(UserName::parse("İ\u{94d}\u{200d}").is_err());
}

#[test]
fn every_character_is_parsed_to_what_parses_to_itself() {
    for character in '\0'..=char::MAX {
        let text = String::from(character);
        assert_name_is_closed(&text);
        assert_password_is_closed(&text);
        assert_profile_is_closed(&text);
        assert_email_is_closed(&format!("a@b{text}c.example"));
        assert_email_is_closed(&format!("{text}@b.example"));
    }
}

#[test]
fn every_character_beside_one_that_changes_others_is_parsed_to_what_parses_to_itself() {
    // A character that no password may contain is in no prepared text. The many Han and Hangul letters are skipped,
    // because no mark changes them.
    let usable = |c: &char| Password::parse(&format!("l{c}l")).is_ok();
    let alone = |c: &char| matches!(c, '\u{3400}'..='\u{9fff}' | '가'..='힣' | '\u{20000}'..);
    for character in ('\0'..=char::MAX).filter(|c| !alone(c) && usable(c)) {
        for beside in BESIDE {
            for text in [
                format!("{character}{beside}"),
                format!("{beside}{character}"),
                format!("{character}{beside}\u{200d}"),
            ] {
                assert_name_is_closed(&text);
                assert_password_is_closed(&text);
            }
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_parsed_to_what_parses_to_itself(text in text(70)) {
        assert_name_is_closed(&text);
        assert_password_is_closed(&text);
        assert_profile_is_closed(&text);
    }

    #[test]
    fn any_address_is_parsed_to_what_parses_to_itself(local in "[a-zA-Z.+-]{1,8}", domain in text(12)) {
        assert_email_is_closed(&format!("{local}@{domain}"));
    }
}
