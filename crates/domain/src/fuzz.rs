//! Every parser of the domain that sees a stranger's text, on any bytes.
//!
//! `cargo test` tries the corpus in `__fuzz__` and random bytes; `scripts/fuzz` looks for more, guided by coverage.

use bolero::check;

use crate::factor::GivenCode;
use crate::invite::InviteCode;
use crate::ports::HistoryPosition;
use crate::service::{ServiceName, ServiceToken};
use crate::session::UserAgent;
use crate::token::Token;
use crate::user::{EmailAddress, GivenPassword, Icon, LoginName, Password, Status, UserName};

/// Calls `expect` with the texts of the corpus, and with random ones.
macro_rules! for_any_text {
    ($expect:expr) => {
        check!()
            .with_iterations(20_000)
            .with_max_len(4_096)
            .for_each(|bytes: &[u8]| {
                let expect: fn(&str) = $expect;
                expect(&String::from_utf8_lossy(bytes));
            })
    };
}

#[test]
fn a_token_has_one_of_two_shapes_and_is_read_again() {
    for_any_text!(|text| {
        if let Ok(token) = Token::parse(text) {
            assert!(matches!(token.expose().len(), 36 | 64));
            assert!(token.expose().eq_ignore_ascii_case(text));
            assert!(Token::parse(token.expose()) == Ok(token));
        }
    });
}

#[test]
fn a_name_is_short_and_is_the_same_name_when_it_is_read_again() {
    for_any_text!(|text| {
        if let Ok(name) = UserName::parse(text) {
            assert!((1..=64).contains(&name.as_str().chars().count()));
            assert!(
                !name
                    .as_str()
                    .contains(|c: char| c.is_control() || c.is_whitespace())
            );
            let again = UserName::parse(name.as_str());
            assert_eq!(again.as_ref(), Ok(&name));
            // In lower case, a name may be too long to be a name.
            match UserName::parse(name.normalized()) {
                Ok(again) => assert_eq!(again.normalized(), name.normalized()),
                Err(_) => assert!(name.normalized().chars().count() > 64),
            }
        }
    });
}

#[test]
fn an_address_cannot_break_out_of_an_smtp_command_and_is_read_again() {
    for_any_text!(|text| {
        if let Ok(email) = EmailAddress::parse(text) {
            let display = email.as_str();
            assert!(display.len() <= 254 && display.is_ascii());
            assert!(
                !display.contains(|c: char| c.is_ascii_control() || " <>\",;:()[]\\".contains(c))
            );
            assert_eq!(display.matches('@').count(), 1);
            assert_eq!(EmailAddress::parse(display), Ok(email.clone()));
            let again = EmailAddress::parse(email.normalized()).unwrap();
            assert_eq!(again.normalized(), email.normalized());
        }
    });
}

#[test]
fn who_logs_in_has_a_name_or_an_address_as_their_own_parsers_say() {
    for_any_text!(|text| {
        let (name, email) = (UserName::parse(text).ok(), EmailAddress::parse(text).ok());
        let login = LoginName::parse(text).ok();
        assert_eq!(login.as_ref().and_then(LoginName::name), name.as_ref());
        assert_eq!(login.as_ref().and_then(LoginName::email), email.as_ref());
    });
}

#[test]
fn a_password_is_bounded_and_is_read_again() {
    for_any_text!(|text| {
        if let Ok(password) = Password::parse(text) {
            assert!((1..=1_024).contains(&password.expose().len()));
            let again = Password::parse(std::str::from_utf8(password.expose()).unwrap());
            assert_eq!(again.unwrap().expose(), password.expose());
        }
    });
}

#[test]
fn a_given_password_keeps_what_was_typed_and_is_prepared_as_a_new_one() {
    for_any_text!(|text| {
        let prepared = Password::parse(text).ok();
        let prepared = prepared.as_ref().map(Password::expose);
        match GivenPassword::parse(text) {
            Ok(given) => {
                assert_eq!(given.typed(), text.as_bytes());
                assert_eq!(given.prepared().map(Password::expose), prepared);
                assert!(prepared.is_some() || (1..=1_024).contains(&text.len()));
            }
            Err(_) => assert!(prepared.is_none() && !(1..=1_024).contains(&text.len())),
        }
    });
}

#[test]
fn a_given_code_is_six_digits_or_a_recovery_code_or_never_right() {
    for_any_text!(|text| {
        let typed = text.replace(' ', "");
        let is_six_digits = typed.len() == 6 && typed.bytes().all(|byte| byte.is_ascii_digit());
        match GivenCode::read(text) {
            GivenCode::Totp(code) => assert!(is_six_digits && *code == typed),
            GivenCode::Recovery(code) => {
                assert_eq!(code.expose().len(), 19);
                let again = GivenCode::read(code.expose());
                assert!(matches!(again, GivenCode::Recovery(again) if again == code));
            }
            GivenCode::Malformed => assert!(!is_six_digits && InviteCode::parse(text).is_err()),
        }
    });
}

#[test]
fn an_invitation_is_read_again() {
    for_any_text!(|text| {
        if let Ok(code) = InviteCode::parse(text) {
            assert_eq!(code.expose().len(), 19);
            assert!(InviteCode::parse(code.expose()) == Ok(code));
        }
    });
}

#[test]
fn what_users_show_is_bounded_and_kept_as_it_is() {
    for_any_text!(|text| {
        if let Ok(icon) = Icon::parse(text) {
            assert!(icon.as_str() == text && text.len() <= 2_048 && !text.contains('\0'));
        }
        if let Ok(status) = Status::parse(text) {
            assert!(status.as_str() == text && text.chars().count() <= 256 && !text.contains('\0'));
        }
    });
}

#[test]
fn a_user_agent_is_one_short_line() {
    for_any_text!(|text| {
        if let Some(agent) = UserAgent::parse(text) {
            assert!((1..=256).contains(&agent.as_str().chars().count()));
            assert!(!agent.as_str().contains(char::is_control));
        }
    });
}

#[test]
fn a_token_of_a_service_is_its_text_and_no_token_of_a_user() {
    for_any_text!(|text| {
        if let Ok(token) = ServiceToken::parse(text) {
            assert!(token.expose() == text && text.len() == 47 && text.starts_with("azs_"));
            assert!(Token::parse(text).is_err());
        }
        let random = text
            .bytes()
            .fold(1, |bits: u128, byte| bits.rotate_left(7) ^ u128::from(byte));
        let made = ServiceToken::from_random([random, !random]);
        assert!(ServiceToken::parse(made.expose()).is_ok_and(|read| read == made));
    });
}

#[test]
fn a_name_of_a_service_is_its_text_and_can_stand_before_a_colon() {
    for_any_text!(|text| {
        if let Ok(name) = ServiceName::parse(text) {
            assert!(name.as_str() == text && (1..=64).contains(&text.len()));
            assert!(!text.contains(|c: char| c == ':' || c.is_whitespace() || c.is_uppercase()));
        }
    });
}

#[test]
fn a_place_in_the_history_is_printed_as_it_was_read() {
    for_any_text!(|text| {
        if let Ok(place) = HistoryPosition::parse(text) {
            let printed = place.to_string();
            assert_eq!(HistoryPosition::parse(&printed), Ok(place));
            // What may differ is the case of the mark, and zeros before the number.
            let zeros = text.len() - printed.len();
            let (before, rest) = text.split_at(zeros);
            assert!(before.bytes().all(|byte| byte == b'0') && rest.eq_ignore_ascii_case(&printed));
        }
    });
}
