//! Whom mails come from.

use std::fmt;

use azuma_domain::user::EmailAddress;
use serde::{Deserialize, Serialize};

/// The sender of every mail.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sender {
    /// The name shown with the address, if there is one.
    pub name: Option<String>,
    /// The address.
    pub address: EmailAddress,
}

impl TryFrom<String> for Sender {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        read(text.trim()).ok_or_else(|| {
            format!("must be an address or `Name <address>`, such as `Accounts <accounts@example.org>`, and is {text:?}")
        })
    }
}

fn read(text: &str) -> Option<Sender> {
    let Some((name, address)) = text.strip_suffix('>').and_then(|rest| rest.split_once('<')) else {
        let address = EmailAddress::parse(text).ok()?;
        return Some(Sender {
            name: None,
            address,
        });
    };
    let name = name.trim();
    let name = name
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(name);
    if name.contains(|c: char| c.is_control() || matches!(c, '"' | '\\' | '<' | '>')) {
        return None;
    }
    Some(Sender {
        name: Some(name.to_owned()).filter(|name| !name.is_empty()),
        address: EmailAddress::parse(address).ok()?,
    })
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.address),
            None => self.address.fmt(f),
        }
    }
}

impl From<Sender> for String {
    fn from(sender: Sender) -> Self {
        sender.to_string()
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
            let sender = Sender::try_from(text.to_owned());
            assert_eq!(
                sender.map(|sender| sender.to_string()),
                Ok(shown.to_owned())
            );
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
        ] {
            assert!(Sender::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }
}
