//! What a user logs in with.

use super::{EmailAddress, UserName};

/// What a user logs in with: the name of an account, or its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginName {
    /// A name that cannot be an address.
    Name(UserName),
    /// An address that cannot be a name, for example because it is too long.
    Email(EmailAddress),
    /// A text that may be both.
    Either(UserName, EmailAddress),
}

/// The text is neither a name nor an address.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the name must be a user name or an e-mail address")]
pub struct InvalidLoginName;

impl LoginName {
    /// Parses a name or an address.
    ///
    /// # Errors
    /// [`InvalidLoginName`] if the text is neither.
    pub fn parse(text: &str) -> Result<Self, InvalidLoginName> {
        match (UserName::parse(text), EmailAddress::parse(text)) {
            (Ok(name), Ok(email)) => Ok(Self::Either(name, email)),
            (Ok(name), Err(_)) => Ok(Self::Name(name)),
            (Err(_), Ok(email)) => Ok(Self::Email(email)),
            (Err(_), Err(_)) => Err(InvalidLoginName),
        }
    }

    /// The name, if it may be one.
    #[must_use]
    pub fn name(&self) -> Option<&UserName> {
        match self {
            Self::Name(name) | Self::Either(name, _) => Some(name),
            Self::Email(_) => None,
        }
    }

    /// The address, if it may be one.
    #[must_use]
    pub fn email(&self) -> Option<&EmailAddress> {
        match self {
            Self::Email(email) | Self::Either(_, email) => Some(email),
            Self::Name(_) => None,
        }
    }

    /// The text in a form that is the same for all spellings of a name, or of an address.
    #[must_use]
    pub fn normalized(&self) -> &str {
        match self {
            Self::Name(name) | Self::Either(name, _) => name.normalized(),
            Self::Email(email) => email.normalized(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LoginName;

    fn kind(text: &str) -> &'static str {
        match LoginName::parse(text) {
            Ok(LoginName::Name(_)) => "name",
            Ok(LoginName::Email(_)) => "email",
            Ok(LoginName::Either(..)) => "either",
            Err(_) => "neither",
        }
    }

    #[test]
    fn a_text_is_a_name_or_an_address_or_may_be_both() {
        let long = format!("{}@example.org", "x".repeat(64));
        for (text, expected) in [
            ("neo", "name"),
            ("neo@", "name"),
            ("neo@example.org", "either"),
            (&long, "email"),
            ("", "neither"),
            ("two words", "neither"),
        ] {
            assert_eq!(kind(text), expected, "{text:?}");
        }
    }

    #[test]
    fn all_spellings_have_one_normalized_form() {
        let normalized = |text| LoginName::parse(text).map(|name| name.normalized().to_owned());
        assert_eq!(normalized("Neo"), normalized("nEO"));
        assert_eq!(normalized("Neo@Example.org"), normalized("neo@example.ORG"));
    }
}
