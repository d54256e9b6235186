//! E-mail addresses.

use std::fmt;

use super::precis::AtMost;

/// The longest address, in bytes, with its domain in A-labels (RFC 5321 §4.5.3.1.3, less the angle brackets).
const MAX_BYTES: usize = 254;
/// The longest label of a domain, in bytes (RFC 1035 §2.3.4).
const MAX_LABEL_BYTES: usize = 63;

/// An e-mail address that the HTML standard's grammar allows, its domain in A-labels, at most 254 bytes.
///
/// It is displayed as its user writes it. Two addresses are the same if their [normalized](EmailAddress::normalized)
/// forms are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress {
    display: Box<str>,
    /// `None` if it equals `display`.
    normalized: Option<Box<str>>,
}

/// The text is not a valid e-mail address.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "an e-mail address must be `name@domain` with ASCII before the `@`, a valid domain and at most 254 bytes"
)]
pub struct InvalidEmailAddress;

impl EmailAddress {
    /// Parses an address and converts an international domain to A-labels.
    ///
    /// # Errors
    /// [`InvalidEmailAddress`] if the HTML standard's grammar does not allow the address, its domain is invalid, or it
    /// is longer than 254 bytes.
    pub fn parse(text: &str) -> Result<Self, InvalidEmailAddress> {
        // At most four characters of the text become one character of an A-label. A longer text could be an address
        // only by characters that the conversion drops, such as soft hyphens.
        if !AtMost::Chars(MAX_BYTES).unprepared().holds(text) {
            return Err(InvalidEmailAddress);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmailAddress)?;
        let domain = if domain.is_ascii() {
            domain.to_owned()
        } else {
            idna::domain_to_ascii_strict(domain).map_err(|_| InvalidEmailAddress)?
        };
        if !is_local_part(local) || !domain.split('.').all(is_label) {
            return Err(InvalidEmailAddress);
        }
        let display = format!("{local}@{domain}");
        if display.len() > MAX_BYTES {
            return Err(InvalidEmailAddress);
        }
        let normalized = display.to_ascii_lowercase();
        Ok(Self {
            normalized: (normalized != display).then(|| normalized.into()),
            display: display.into_boxed_str(),
        })
    }

    /// The address as its user writes it, with its domain in A-labels.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.display
    }

    /// The address in the form in which it is unique: all of it in lower case.
    #[must_use]
    pub fn normalized(&self) -> &str {
        self.normalized.as_deref().unwrap_or(&self.display)
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display)
    }
}

/// `1*( atext / "." )`, the HTML standard's local part.
fn is_local_part(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte))
}

/// A label of letters, digits and inner hyphens (RFC 1123 §2.1).
fn is_label(text: &str) -> bool {
    (1..=MAX_LABEL_BYTES).contains(&text.len())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
