//! Strangers choose how long a text is. These tests bound the time that it takes.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use unicode_normalization::UnicodeNormalization;

use crate::session::UserAgent;
use crate::user::precis::AtMost;
use crate::user::{EmailAddress, Icon, Password, Status, UserName};

/// For each character of a decomposed text, the most bytes that stand for it in the original: its own, or those of a
/// longer character that decomposes to it alone, or those of a wide space that becomes a plain one.
fn longest_original() -> HashMap<char, usize> {
    let mut longest: HashMap<char, usize> = HashMap::new();
    for written in '\0'..=char::MAX {
        let mut parts = written.nfd();
        let (Some(only), None) = (parts.next(), parts.next()) else {
            continue;
        };
        for part in [written, only] {
            let bytes = longest.entry(part).or_default();
            *bytes = written.len_utf8().max(*bytes);
        }
    }
    longest.insert(' ', '\u{3000}'.len_utf8());
    longest
}

#[test]
fn nothing_that_can_be_prepared_to_fit_is_too_long_beforehand() {
    let longest = longest_original();
    let original = |part: char| longest[&part];
    for character in '\0'..=char::MAX {
        // Decomposing never makes a text shorter, and composing joins at most four characters to one.
        assert!(character.nfd().count() <= 4, "{character:?}");
        // A character has no more bytes than the longest originals of what it decomposes to,
        let parts: usize = character.nfd().map(original).sum();
        assert!(character.len_utf8() <= parts, "{character:?}");
        // which have at most four times the bytes of the character that they compose to.
        if character.nfc().eq([character]) {
            assert!(parts <= 4 * character.len_utf8(), "{character:?}");
        }
    }
}

#[test]
fn the_longest_that_fits_once_prepared_is_taken() {
    for (name, prepared) in [("α\u{313}\u{300}\u{345}", "ᾂ"), ("Ａ", "A"), ("𐐀", "𐐀")] {
        let parsed = UserName::parse(&name.repeat(64)).unwrap();
        assert_eq!(parsed.as_str(), prepared.repeat(64));
        assert!(UserName::parse(&name.repeat(65)).is_err());
    }
    for (password, prepared) in [
        ("\u{1fbe}\u{308}\u{341}", "ΐ"),
        ("x\u{3000}", "x "),
        ("ﬁ€", "ﬁ€"),
    ] {
        let times = 1_024 / prepared.len();
        let parsed = Password::parse(&password.repeat(times)).unwrap();
        assert_eq!(parsed.expose(), prepared.repeat(times).as_bytes());
        assert!(Password::parse(&password.repeat(times + 1)).is_err());
    }
}

#[test]
fn characters_and_bytes_are_counted_to_their_bound() {
    for (most, fits) in [(AtMost::Chars(2), "éé"), (AtMost::Bytes(4), "éé")] {
        assert!(most.holds(fits));
        assert!(!most.holds("ééx"));
    }
}

/// The shortest of 50 runs, because other processes use the processor as well.
#[expect(clippy::disallowed_methods, reason = "a span is measured")]
fn least_time(work: impl Fn()) -> Duration {
    let spans = (0..50).map(|_| {
        let begin = Instant::now();
        work();
        begin.elapsed()
    });
    spans.min().unwrap_or_default()
}

/// The parser of a field.
type Parse = fn(&str);

/// Every field, with texts of the greatest length, and its parser.
fn fields() -> Vec<(&'static str, String, Parse)> {
    let name: Parse = |text| drop(black_box(UserName::parse(text)));
    let password: Parse = |text| drop(black_box(Password::parse(text)));
    let email: Parse = |text| drop(black_box(EmailAddress::parse(text)));
    let icon: Parse = |text| drop(black_box(Icon::parse(text)));
    let status: Parse = |text| drop(black_box(Status::parse(text)));
    let agent: Parse = |text| drop(black_box(UserAgent::parse(text)));
    vec![
        ("name", "・".repeat(255) + "一", name),
        ("name", "l·".repeat(127) + "l", name),
        ("name", "α\u{313}\u{300}\u{345}".repeat(64), name),
        ("password", "・".repeat(340) + "一", password),
        ("password", "\u{660}".repeat(512), password),
        ("password", "\u{1fbe}\u{308}\u{341}".repeat(512), password),
        ("email", format!("a@{}一", "b\u{ad}".repeat(506)), email),
        (
            "email",
            format!("a@{}", "一龘鬱\u{4e8c}".repeat(253)),
            email,
        ),
        (
            "email",
            format!("a@{}", "一龘鬱\u{4e8c}.".repeat(200)),
            email,
        ),
        (
            "email",
            format!("a@{}", "α\u{313}\u{300}\u{345}".repeat(253)),
            email,
        ),
        ("email", format!("a@{}", "ﷺ.".repeat(506)), email),
        (
            "email",
            format!("a@{}", "\u{5d0}\u{94d}\u{200c}".repeat(330)),
            email,
        ),
        (
            "email",
            format!("a@{}", "\u{323}\u{301}".repeat(500)),
            email,
        ),
        ("password", "\u{323}\u{301}".repeat(1000), password),
        ("password", "a\u{323}\u{301}".repeat(340), password),
        (
            "password",
            "ب\u{5bf}\u{5bf}\u{5bf}\u{200c}".repeat(90),
            password,
        ),
        ("password", "\u{3000}".repeat(1024), password),
        ("icon", "é".repeat(1_024), icon),
        ("status", "𝄞".repeat(256), status),
        ("agent", "é".repeat(256), agent),
    ]
}

#[test]
fn sixty_four_times_as_much_text_takes_no_longer() {
    for (field, text, parse) in fields() {
        let much = text.repeat(64);
        let (longest, longer) = (least_time(|| parse(&text)), least_time(|| parse(&much)));
        // A time linear in the length of the text would be 64 times as long.
        assert!(
            longer <= 8 * longest,
            "{field}: {longer:?}, not {longest:?}"
        );
    }
}
