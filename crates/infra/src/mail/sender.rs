//! The sender of mails.

use std::fmt;
use std::str::FromStr;

use azuma_domain::user::EmailAddress;
use lettre::message::Mailbox;

use super::settings::InstanceName;

/// The sender of every mail: an address with an optional name. Neither contains a character that could end a header
/// line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender(Mailbox);

/// The text is not a valid [`Sender`]. The error's text follows the name of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "is not a valid sender address, such as `accounts@example.org` or `Accounts <accounts@example.org>`"
)]
pub struct InvalidSender;

impl Sender {
    /// The sender as a mailbox. A sender without a name gets the instance's name.
    pub(super) fn mailbox(&self, instance: &InstanceName) -> Mailbox {
        let name = self.0.name.as_deref().unwrap_or(instance.as_str());
        Mailbox::new(Some(name.to_owned()), self.0.email.clone())
    }

    /// The domain of the sender's address.
    pub(super) fn domain(&self) -> &str {
        self.0.email.domain()
    }
}

impl FromStr for Sender {
    type Err = InvalidSender;

    fn from_str(text: &str) -> Result<Self, InvalidSender> {
        let text = text.trim();
        let (name, address) = match text.strip_suffix('>') {
            Some(rest) => rest.split_once('<').ok_or(InvalidSender)?,
            None => ("", text),
        };
        let name = name.trim();
        let name = name
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .unwrap_or(name);
        if name.contains(|c: char| c.is_control() || matches!(c, '"' | '\\' | '<' | '>')) {
            return Err(InvalidSender);
        }
        let address = EmailAddress::parse(address).map_err(|_| InvalidSender)?;
        // Mail servers accept fewer addresses than accounts may have.
        let address = address.as_str().parse().map_err(|_| InvalidSender)?;
        let name = (!name.is_empty()).then(|| name.to_owned());
        Ok(Self(Mailbox::new(name, address)))
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.name {
            Some(name) => write!(f, "{name} <{}>", self.0.email),
            None => self.0.email.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        for (text, shown) in [
            ("azuma@localhost", "azuma@localhost"),
            ("<azuma@localhost>", "azuma@localhost"),
            ("Azuma <a@b.org>", "Azuma <a@b.org>"),
            ("\"Azuma, Inc.\" <a@b.org>", "Azuma, Inc. <a@b.org>"),
        ] {
            let sender = text.parse::<Sender>().map(|sender| sender.to_string());
            assert_eq!(sender, Ok(shown.to_owned()));
        }
    }

    #[test]
    fn a_sender_carries_no_line_break_and_no_second_address() {
        for text in [
            "",
            "azuma",
            "Azuma <azuma>",
            "A\r\nBcc: x@y <a@b.org>",
            "A <a@b.org> <c@d.org>",
            "a@b.org, c@d.org",
            "A <a@b.org",
            "a@b.org>",
        ] {
            assert_eq!(text.parse::<Sender>(), Err(InvalidSender), "{text:?}");
        }
    }

    #[test]
    fn a_sender_has_an_address_that_mail_servers_take() {
        assert_eq!("a..b@mail.example".parse::<Sender>(), Err(InvalidSender));
    }
}
