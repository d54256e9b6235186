//! The instance's name, sender and pages, for mails.

use std::fmt;
use std::str::FromStr;

use azuma_domain::mail::{MailKind, OutgoingMail};
use azuma_domain::token::Token;

use super::sender::Sender;
use super::templates::Templates;
use super::texts::MailedLink;
use crate::web::{PageUrl, PublicUrl};

/// The longest name of an instance, in characters.
const MAX_NAME_CHARS: usize = 128;

/// The name of an instance: 1 to 128 characters, no control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceName(String);

/// The text is not a valid [`InstanceName`]. The error's text follows the name of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {MAX_NAME_CHARS} characters, none of them a control character")]
pub struct InvalidInstanceName;

impl InstanceName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for InstanceName {
    type Err = InvalidInstanceName;

    fn from_str(text: &str) -> Result<Self, InvalidInstanceName> {
        let fits = (1..=MAX_NAME_CHARS).contains(&text.chars().count());
        match fits && !text.contains(char::is_control) {
            true => Ok(Self(text.to_owned())),
            false => Err(InvalidInstanceName),
        }
    }
}

impl fmt::Display for InstanceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What all mails of the instance share.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// The name of the instance.
    pub instance: InstanceName,
    /// The sender of mails.
    pub from: Sender,
    /// The pages that links lead to.
    pub pages: LinkPages,
    /// The texts of mails.
    pub templates: Templates,
}

/// The pages that links lead to. `?token=...` is added to each.
#[derive(Clone, Debug)]
pub struct LinkPages {
    /// The URL of this server.
    pub public_url: PublicUrl,
    /// The page that verifies an address.
    pub verification: PageUrl,
    /// The page that sets a new password.
    pub reset: PageUrl,
}

impl LinkPages {
    /// The link of a mail; `None` for a mail without a link.
    pub(super) fn link(&self, mail: &OutgoingMail, token: Option<&Token>) -> Option<MailedLink> {
        let page = match mail.kind {
            MailKind::VerifyAccount(_) | MailKind::ConfirmEmail(_) => &self.verification,
            MailKind::ResetPassword(_) => &self.reset,
            MailKind::EmailChangeRequested
            | MailKind::EmailChanged
            | MailKind::PasswordChanged
            | MailKind::NewLogin
            | MailKind::Test => return None,
        };
        let page = page.on(&self.public_url);
        Some(MailedLink {
            url: format!("{page}?token={}", token?.expose()),
            works_for: mail.created_at.until(mail.expires_at),
            expires_at: mail.expires_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_instance_ends_no_line() {
        for name in ["", "a\r\nBcc: x@y.z", "a\nb", "a\rb", "a\0b", "a\u{85}b"] {
            assert_eq!(
                name.parse::<InstanceName>(),
                Err(InvalidInstanceName),
                "{name:?}"
            );
        }
    }

    #[test]
    fn the_name_of_an_instance_is_128_characters_at_the_most() {
        assert!("ö".repeat(128).parse::<InstanceName>().is_ok());
        assert!("x".repeat(129).parse::<InstanceName>().is_err());
    }
}
