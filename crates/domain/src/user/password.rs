//! Passwords and their hashes.

use std::fmt;

use precis_profiles::OpaqueString;
use zeroize::Zeroizing;

use super::precis::{AtMost, enforce};
use super::{GivenPassword, ImportedHash};

/// The longest password, in bytes, after it is prepared by RFC 8265.
const MAX_BYTES: usize = 1_024;

/// A password, prepared by RFC 8265 `OpaqueString`: 1 to 1,024 bytes.
///
/// It is wiped when dropped and cannot be printed.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

/// The text is not a valid password.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a password must have 1 to 1,024 bytes that RFC 8265 allows")]
pub struct InvalidPassword;

impl Password {
    /// Parses a password.
    ///
    /// # Errors
    /// [`InvalidPassword`] if RFC 8265 forbids the text, or it is empty or longer than 1,024 bytes.
    pub fn parse(text: &str) -> Result<Self, InvalidPassword> {
        let most = AtMost::Bytes(MAX_BYTES);
        let prepared = enforce::<OpaqueString>(text, most).map_err(|_| InvalidPassword)?;
        Ok(Self(Zeroizing::new(prepared.into_owned())))
    }

    /// The password without its case.
    #[must_use]
    pub fn folded(&self) -> FoldedPassword {
        FoldedPassword(Zeroizing::new(self.0.to_lowercase()))
    }

    /// The password in clear, only for a [`PasswordHasher`](crate::ports::PasswordHasher).
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// A password in lower case, to be looked up in a list. It is wiped when dropped and cannot be printed.
pub struct FoldedPassword(Zeroizing<String>);

impl FoldedPassword {
    /// The text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// The rules of an instance for new passwords. They do not apply at login.
#[derive(Clone, Copy, Debug)]
pub struct PasswordRules {
    /// The least number of characters.
    pub min_length: usize,
}

/// A password that the [`PasswordRules`] have accepted.
#[derive(Clone)]
pub struct NewPassword(Password);

/// The password is shorter than the instance allows.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a new password must have at least {least} characters")]
pub struct PasswordTooShort {
    least: usize,
}

impl PasswordRules {
    /// Accepts a new password.
    ///
    /// # Errors
    /// [`PasswordTooShort`] if it has fewer characters than `min_length`.
    pub fn accept(&self, password: Password) -> Result<NewPassword, PasswordTooShort> {
        if password.0.chars().count() < self.min_length {
            return Err(PasswordTooShort {
                least: self.min_length,
            });
        }
        Ok(NewPassword(password))
    }
}

impl NewPassword {
    /// The password without its case.
    #[must_use]
    pub fn folded(&self) -> FoldedPassword {
        self.0.folded()
    }

    /// The password, to be hashed.
    #[must_use]
    pub fn into_password(self) -> Password {
        self.0
    }
}

/// Whether a change of an account needs its current password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurrentPasswordRule {
    /// A live session is enough.
    NotAsked,
    /// The current password is needed as well.
    Required,
}

/// The change needs the current password, and none was given.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the change needs the current password")]
pub struct CurrentPasswordMissing;

impl CurrentPasswordRule {
    /// The password to compare; `None` if the rule does not ask for it, whatever was given.
    ///
    /// # Errors
    /// [`CurrentPasswordMissing`] if the rule asks for it and none was given.
    pub fn ask(
        self,
        given: Option<GivenPassword>,
    ) -> Result<Option<GivenPassword>, CurrentPasswordMissing> {
        match self {
            Self::NotAsked => Ok(None),
            Self::Required => given.map(Some).ok_or(CurrentPasswordMissing),
        }
    }
}

/// What the stored hash of another system begins with. It is of the password as typed, ours are of the prepared one.
const IMPORTED: &str = "imported:";

/// The stored hash of a password: a PHC string, which names its scheme and parameters, or the hash of another system.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// The hash in this PHC string, from a [`PasswordHasher`](crate::ports::PasswordHasher) or a store.
    #[must_use]
    pub fn from_phc(phc: String) -> Self {
        Self(phc)
    }

    /// The stored form of a hash that another system has made.
    #[must_use]
    pub fn imported(hash: &ImportedHash) -> Self {
        Self(format!("{IMPORTED}{}", hash.as_str()))
    }

    /// The text of the hash that another system has made; `None` if this one is of this server.
    #[must_use]
    pub fn as_imported(&self) -> Option<&str> {
        self.0.strip_prefix(IMPORTED)
    }

    /// The text that is stored: the PHC string, or that of an imported hash behind a mark.
    #[must_use]
    pub fn as_phc(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}
