//! Preparing text by a PRECIS profile (RFC 8264, 8265).
//!
//! A stranger chooses the text. So it is bounded before anything in it is looked up, what is done then takes a time that
//! grows as the text does, and what comes out is what comes out of itself again.

use std::borrow::Cow;

use precis_core::profile::Rules;
use precis_core::{Error, FreeformClass, IdentifierClass, StringClass};
use precis_profiles::{OpaqueString, UsernameCaseMapped, UsernameCasePreserved};

use super::context::allows;

/// The most times that preparing makes a text shorter, counted in characters as well as in bytes: what NFC composes, and
/// spaces and letters that become narrower ones.
const MOST_SHORTENED: usize = 4;

/// How long a text may be once it is prepared.
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

    /// How long a text may be that is not prepared yet: nothing longer could become short enough.
    pub(super) fn unprepared(self) -> Self {
        match self {
            Self::Chars(most) => Self::Chars(most.saturating_mul(MOST_SHORTENED)),
            Self::Bytes(most) => Self::Bytes(most.saturating_mul(MOST_SHORTENED)),
        }
    }
}

/// One of RFC 8265's profiles. Its rules are `precis_profiles`'; the order they come in is here, because `enforce` of that
/// crate asks the string class in a time that grows as the square of the text.
pub(super) trait TextProfile {
    type Class: StringClass + Default;

    /// What becomes of the text before its class is asked.
    fn map(text: &str) -> Result<Cow<'_, str>, Error>;

    /// Whether letters of both directions stand in an order that the profile allows.
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

/// Its text MUST be in lower case already.
impl TextProfile for UsernameCaseMapped {
    type Class = IdentifierClass;

    fn map(text: &str) -> Result<Cow<'_, str>, Error> {
        Self::new().width_mapping_rule(text)
    }

    fn check_directions(text: &str) -> Result<(), Error> {
        Self::new().directionality_rule(text).map(drop)
    }
}

/// Prepares a text by the profile `P`. What it answers, it answers of that again: a text that would change once more, or
/// be refused, is refused (RFC 8264 §7).
///
/// Printable ASCII other than the space is allowed by every string class (RFC 8264 §9.11) and changed by no profile, but
/// for its case: it is not looked up in Unicode's tables.
///
/// # Errors
/// Where the text is empty, longer than `most` once prepared, or not what the profile allows.
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

/// Whether it is short enough is known before its class is asked, which takes longest.
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
