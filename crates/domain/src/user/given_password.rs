//! Passwords that are compared.

use std::fmt;

use zeroize::Zeroizing;

use super::Password;

/// The longest password that RFC 8265 does not prepare, in bytes.
const MAX_UNPREPARED_BYTES: usize = 1_024;

/// The text cannot be a password that is compared.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the password must have 1 to 1,024 bytes")]
pub struct InvalidGivenPassword;

/// A password as a client gave it, to be compared with a stored hash. It is wiped when dropped and cannot be printed.
///
/// Hashes of this server are of the [prepared](Self::prepared) password. Those of [other systems](super::ImportedHash)
/// are of the bytes that their users [typed](Self::typed), which RFC 8265 may change or refuse.
#[derive(Clone)]
pub struct GivenPassword {
    typed: Zeroizing<String>,
    prepared: Option<Password>,
}

impl GivenPassword {
    /// Parses a password that is to be compared.
    ///
    /// # Errors
    /// [`InvalidGivenPassword`] if the text is empty, or longer than any password.
    pub fn parse(text: &str) -> Result<Self, InvalidGivenPassword> {
        let prepared = Password::parse(text).ok();
        if prepared.is_none() && !(1..=MAX_UNPREPARED_BYTES).contains(&text.len()) {
            return Err(InvalidGivenPassword);
        }
        Ok(Self {
            typed: Zeroizing::new(text.to_owned()),
            prepared,
        })
    }

    /// The password as RFC 8265 prepares it; `None` if it refuses the text, which no password of this server can be.
    #[must_use]
    pub fn prepared(&self) -> Option<&Password> {
        self.prepared.as_ref()
    }

    /// The bytes as typed, only for a [`PasswordHasher`](crate::ports::PasswordHasher).
    #[must_use]
    pub fn typed(&self) -> &[u8] {
        self.typed.as_bytes()
    }
}

impl fmt::Debug for GivenPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GivenPassword(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_cannot_be_prepared_keeps_its_bytes() {
        let given = GivenPassword::parse("tab\there").unwrap();
        assert!(given.prepared().is_none());
        assert_eq!(given.typed(), b"tab\there");
    }

    #[test]
    fn a_password_that_is_prepared_otherwise_has_both_forms() {
        let given = GivenPassword::parse("ka\u{308}se").unwrap();
        assert_eq!(given.prepared().unwrap().expose(), "k\u{e4}se".as_bytes());
        assert_eq!(given.typed(), "ka\u{308}se".as_bytes());
    }

    #[test]
    fn an_empty_or_too_long_text_is_no_password() {
        let most = "\t".repeat(1_024);
        assert!(GivenPassword::parse(&most).is_ok());
        for text in ["", &"\t".repeat(1_025), &"x".repeat(1_025)] {
            assert_eq!(GivenPassword::parse(text).err(), Some(InvalidGivenPassword));
        }
    }
}
