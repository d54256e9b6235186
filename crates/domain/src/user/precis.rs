//! Preparing text by a PRECIS profile (RFC 8264, 8265).
//!
//! Strangers choose the text. So its length is limited before any character is looked up, preparing it takes time
//! linear in its length, and preparing the result again gives the same result.

use std::borrow::Cow;

use precis_core::profile::Rules;
use precis_core::{Error, FreeformClass, IdentifierClass, StringClass};
use precis_profiles::{OpaqueString, UsernameCaseMapped, UsernameCasePreserved};

use super::context::allows;

/// The largest factor by which preparing shortens a text, in characters and in bytes. NFC composes characters, and wide
/// spaces and letters become narrow ones.
const MOST_SHORTENED: usize = 4;

/// The longest that a prepared text may be.
#[derive(Clone, Copy, Debug)]
pub(super) enum AtMost {
    Chars(usize),
    Bytes(usize),
}

impl AtMost {
    pub(super) fn holds(self, text: &str) -> bool {
        match self {
            Self::Chars(most) => text.chars().nth(most).is_none(),
            Self::Bytes(most) => text.len() <= most,
        }
    }

    /// The longest that an unprepared text may be: a longer one cannot become short enough.
    pub(super) fn unprepared(self) -> Self {
        match self {
            Self::Chars(most) => Self::Chars(most.saturating_mul(MOST_SHORTENED)),
            Self::Bytes(most) => Self::Bytes(most.saturating_mul(MOST_SHORTENED)),
        }
    }
}

/// A profile of RFC 8265. Its rules are those of `precis_profiles`. They are applied here, because that crate's
/// `enforce` checks the string class in time quadratic in the length of the text.
pub(super) trait TextProfile {
    type Class: StringClass + Default;

    /// Maps the text before its class is checked.
    fn map(text: &str) -> Result<Cow<'_, str>, Error>;

    /// Checks that letters of both directions have an order that the profile allows.
    fn check_directions(text: &str) -> Result<(), Error>;
}

impl TextProfile for OpaqueString {
    type Class = FreeformClass;

    fn map(text: &str) -> Result<Cow<'_, str>, Error> {
        Self::new().additional_mapping_rule(text)
    }

    fn check_directions(_: &str) -> Result<(), Error> {
        Ok(())
    }
}

impl TextProfile for UsernameCasePreserved {
    type Class = IdentifierClass;

    fn map(text: &str) -> Result<Cow<'_, str>, Error> {
        Self::new().width_mapping_rule(text)
    }

    fn check_directions(text: &str) -> Result<(), Error> {
        Self::new().directionality_rule(text).map(drop)
    }
}

/// The text MUST be in lower case already.
impl TextProfile for UsernameCaseMapped {
    type Class = IdentifierClass;

    fn map(text: &str) -> Result<Cow<'_, str>, Error> {
        Self::new().width_mapping_rule(text)
    }

    fn check_directions(text: &str) -> Result<(), Error> {
        Self::new().directionality_rule(text).map(drop)
    }
}

/// Prepares a text by the profile `P`. A text is refused if preparing its result again would change or refuse it
/// (RFC 8264 §7).
///
/// Every string class allows printable ASCII other than the space (RFC 8264 §9.11), and no profile changes it except
/// for its case. So such text is not looked up in Unicode's tables.
///
/// # Errors
/// [`Error`] if the text is empty, longer than `most` after it is prepared, or not allowed by the profile.
pub(super) fn enforce<P: TextProfile>(text: &str, most: AtMost) -> Result<Cow<'_, str>, Error> {
    if text.is_empty() || !most.unprepared().holds(text) {
        return Err(Error::Invalid);
    }
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return match most.holds(text) {
            true => Ok(Cow::Borrowed(text)),
            false => Err(Error::Invalid),
        };
    }
    let prepared = enforce_once::<P>(text, most)?;
    if prepared != text && enforce_once::<P>(&prepared, most)? != prepared {
        return Err(Error::Invalid);
    }
    Ok(prepared)
}

/// Prepares a text once. The length is checked before the class, because checking the class takes longest.
fn enforce_once<P: TextProfile>(text: &str, most: AtMost) -> Result<Cow<'_, str>, Error> {
    let mapped = P::map(text)?;
    let composed = OpaqueString::new().normalization_rule(&*mapped)?;
    if !most.holds(&composed) {
        return Err(Error::Invalid);
    }
    allows(&P::Class::default(), &mapped)?;
    P::check_directions(&composed)?;
    Ok(match composed == text {
        true => Cow::Borrowed(text),
        false => Cow::Owned(composed.into_owned()),
    })
}
