use proptest::prelude::*;

use super::text;
use crate::user::{EmailAddress, InvalidEmailAddress};

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

#[test]
fn addresses_of_the_html_grammar_are_addresses() {
    for text in [
        "john.doe@oneshot.cam",
        "a@b",
        "neo@localhost",
        "a+b@example.org",
        "..@example.org",
        "a.@1.2.3",
        "!#$%&'*+/=?^_`{|}~-@example.org",
        "a@xn--bcher-kva.example",
        "A@B-c.D",
    ] {
        assert_eq!(email(text).as_str(), text);
    }
}

#[test]
fn what_the_html_grammar_does_not_allow_is_no_address() {
    let long_label = format!("a@{}", "b".repeat(64));
    for text in [
        "",
        "@",
        "a",
        "a@",
        "@b",
        "a@@b",
        "a@b@c",
        "a b@c",
        "a@b c",
        " a@b",
        "a@b ",
        "a@b\r\n",
        "a\r\nBcc: c@b",
        "a\0@b",
        "a@b\0",
        "a@-b",
        "a@b-",
        "a@b..c",
        "a@.b",
        "a@b.",
        "\"a\"@b",
        "a(b)@c",
        "a,c@b",
        "<a@b>",
        "a@[127.0.0.1]",
        "ä@b",
        "a@b_c",
        "a@ab\u{202e}cd",
        "a@b。",
        "a@\u{ad}",
        "a@xn--\u{fc}",
        &long_label,
    ] {
        assert_eq!(
            EmailAddress::parse(text),
            Err(InvalidEmailAddress),
            "{text:?}"
        );
    }
}

#[test]
fn an_address_has_at_most_254_bytes() {
    let domain = format!("{0}.{0}.{0}", "d".repeat(63));
    let of_length = |bytes: usize| format!("{}@{domain}", "l".repeat(bytes - domain.len() - 1));
    assert_eq!(email(&of_length(254)).as_str().len(), 254);
    assert_eq!(
        EmailAddress::parse(&of_length(255)),
        Err(InvalidEmailAddress)
    );
}

#[test]
fn an_international_domain_counts_as_its_a_labels() {
    let domain = format!("bücher.{0}.{0}.{0}", "d".repeat(60));
    let written = "xn--bcher-kva".len() + 3 * 61;
    let of_length = |bytes: usize| format!("{}@{domain}", "l".repeat(bytes - written - 1));
    assert_eq!(email(&of_length(254)).as_str().len(), 254);
    assert_eq!(
        EmailAddress::parse(&of_length(255)),
        Err(InvalidEmailAddress)
    );
}

#[test]
fn an_international_domain_becomes_a_labels() {
    for text in [
        "neo@bücher.example",
        "neo@BÜCHER.example",
        "neo@bu\u{308}cher.example",
        "neo@bücher。example",
    ] {
        assert_eq!(email(text).as_str(), "neo@xn--bcher-kva.example");
    }
}

#[test]
fn the_key_of_an_address_is_all_lower_case() {
    let address = email("John.Doe@OneShot.Cam");
    assert_eq!(address.normalized(), "john.doe@oneshot.cam");
    assert_eq!(address.as_str(), "John.Doe@OneShot.Cam");
}

proptest! {
    #[test]
    fn an_address_holds_one_at_sign_and_no_space_or_control_character(local in text(12), domain in text(12)) {
        if let Ok(address) = EmailAddress::parse(&format!("{local}@{domain}")) {
            prop_assert!(address.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert_eq!(address.as_str().matches('@').count(), 1);
        }
    }
}
