//! Every parser of the domain that sees a stranger's text, on any bytes.
//!
//! `cargo test` tries the corpus in `__fuzz__` and random bytes; `scripts/fuzz` looks for more, guided by coverage.

use bolero::check;

use crate::invite::InviteCode;
use crate::session::UserAgent;
use crate::token::Token;
use crate::user::{EmailAddress, Icon, LoginName, Password, Status, UserName};

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
