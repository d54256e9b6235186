//! Why an account is disabled.

/// The longest reason, in bytes.
const MAX_BYTES: usize = 1_024;

/// Why an operator has disabled an account, in the operator's words: one line of 1 to 1,024 bytes. Operators alone see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisabledReason(Box<str>);

/// The text is no reason.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a reason must be one line of 1 to 1024 bytes")]
pub struct InvalidDisabledReason;

impl DisabledReason {
    /// Parses a reason; spaces around it are cut off.
    ///
    /// # Errors
    /// [`InvalidDisabledReason`] if it is empty, longer than 1,024 bytes, or has control characters.
    pub fn parse(text: &str) -> Result<Self, InvalidDisabledReason> {
        let text = text.trim();
        let is_valid = (1..=MAX_BYTES).contains(&text.len()) && !text.chars().any(char::is_control);
        match is_valid {
            true => Ok(Self(text.into())),
            false => Err(InvalidDisabledReason),
        }
    }

    /// The reason.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::DisabledReason;

    #[test]
    fn a_reason_is_one_line_of_bounded_length() {
        let parsed = |text: &str| DisabledReason::parse(text).ok();
        let reason = parsed(" spam, see ticket 7 ").map(|reason| reason.as_str().to_owned());
        assert_eq!(reason.as_deref(), Some("spam, see ticket 7"));
        assert!(parsed(&"x".repeat(1_024)).is_some());
        for invalid in ["", "  ", "two\nlines", "\u{1b}[31m", &"x".repeat(1_025)] {
            assert_eq!(parsed(invalid), None, "{invalid:?}");
        }
    }
}
