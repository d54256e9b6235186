//! Where a new password comes from: standard input, a terminal, or chance. Never an argument.

use std::error::Error;
use std::io::{IsTerminal, Read, stdin};

use azuma_domain::services::{CredentialAdmin, GeneratedPassword};
use azuma_domain::user::Password;
use zeroize::Zeroizing;

use super::failure::{Failure, Reason};
use crate::cli::PasswordSource;

/// The most bytes that are read: more than any password has, in whatever form of Unicode.
const LONGEST: u16 = 16 * 1024;

const NOBODY_TO_ASK: &str = "no terminal can be asked for the password: `--password-stdin` reads it, and `--generate` makes one";

/// A password, and what to print if it was made here.
pub struct ChosenPassword {
    pub password: Password,
    pub generated: Option<GeneratedPassword>,
}

/// Gets the password.
///
/// # Errors
/// One sentence if there is none, or if it is no password.
pub fn choose(
    source: PasswordSource,
    admin: &CredentialAdmin,
) -> Result<ChosenPassword, Box<dyn Error>> {
    if source.generate {
        let generated = admin.generate_password();
        return Ok(ChosenPassword {
            password: parse(generated.expose())?,
            generated: Some(generated),
        });
    }
    // A terminal as standard input would show what is typed, so it is asked.
    let text = match source.password_stdin && !stdin().is_terminal() {
        true => read(stdin().lock())?,
        false => ask()?,
    };
    Ok(ChosenPassword {
        password: parse(&text)?,
        generated: None,
    })
}

fn parse(text: &str) -> Result<Password, Failure> {
    Password::parse(text).map_err(|error| Failure::new(Reason::Refused, error.to_string()))
}

fn read(input: impl Read) -> Result<Zeroizing<String>, Box<dyn Error>> {
    // As long as it may become, so that no copy is left behind where it grew.
    let mut text = Zeroizing::new(String::with_capacity(usize::from(LONGEST) + 1));
    let read = input.take(u64::from(LONGEST) + 1).read_to_string(&mut text);
    read.map_err(|error| format!("the password cannot be read from standard input: {error}"))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let length = line.strip_suffix('\r').unwrap_or(line).len();
    text.truncate(length);
    Ok(text)
}

fn ask() -> Result<Zeroizing<String>, Box<dyn Error>> {
    if !stdin().is_terminal() {
        return Err(Failure::new(Reason::Usage, NOBODY_TO_ASK).into());
    }
    let ask = |prompt| {
        let asked = rpassword::prompt_password(prompt).map(Zeroizing::new);
        asked.map_err(|error| format!("the terminal cannot be asked for the password: {error}"))
    };
    let password = ask("New password: ")?;
    match ask("The same again: ")? == password {
        true => Ok(password),
        false => Err(Failure::new(Reason::Refused, "the two passwords differ").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(bytes: &[u8]) -> Option<String> {
        read(bytes).ok().map(|text| text.to_string())
    }

    #[test]
    fn the_end_of_the_last_line_is_no_part_of_a_password() {
        for (input, expected) in [
            ("secret\n", "secret"),
            ("secret\r\n", "secret"),
            ("secret", "secret"),
            (" secret ", " secret "),
            ("secret\n\n", "secret\n"),
        ] {
            assert_eq!(read_text(input.as_bytes()).as_deref(), Some(expected));
        }
        assert_eq!(read_text(b"\xff\n"), None);
    }

    #[test]
    fn an_endless_input_is_not_read_to_its_end() {
        let text = read(std::io::repeat(b'x')).unwrap();
        assert!(parse(&text).is_err());
    }
}
