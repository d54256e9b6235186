//! E-mail addresses.

use std::fmt;

use super::precis::AtMost;

/// The longest address, in bytes, its domain in A-labels (RFC 5321 §4.5.3.1.3, less the angle brackets).
const MAX_BYTES: usize = 254;
/// The longest label of a domain (RFC 1035 §2.3.4).
const MAX_LABEL_BYTES: usize = 63;

/// An e-mail address after the HTML standard's grammar, its domain in A-labels, at most 254 bytes.
///
/// Shown as written; two addresses are the same when their [keys](EmailAddress::key) are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress {
    written: Box<str>,
    /// `None` where the address is its own.
    key: Option<Box<str>>,
}

/// The text is no e-mail address.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not an e-mail address of at most 254 bytes")]
pub struct InvalidEmailAddress;

impl EmailAddress {
    /// Reads an address; an international domain becomes A-labels.
    ///
    /// # Errors
    /// [`InvalidEmailAddress`] when the HTML standard's grammar does not allow it, its domain is no domain,
    /// or it is longer than 254 bytes.
    pub fn parse(text: &str) -> Result<Self, InvalidEmailAddress> {
        // Each character of an A-label stands for one that is composed of four at the most. Only characters that are passed
        // over, such as soft hyphens, could make a longer text an address.
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
        let written = format!("{local}@{domain}");
        if written.len() > MAX_BYTES {
            return Err(InvalidEmailAddress);
        }
        let key = written.to_ascii_lowercase();
        Ok(Self {
            key: (key != written).then(|| key.into()),
            written: written.into_boxed_str(),
        })
    }

    /// The address as its user writes it, the domain in A-labels.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// What the address is unique by: the whole of it in lower case.
    #[must_use]
    pub fn key(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.written)
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
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
