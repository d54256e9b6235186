//! Preparing text by a PRECIS profile (RFC 8264, 8265).

use std::borrow::Cow;

use precis_core::Error;
use precis_core::profile::PrecisFastInvocation;

/// Enforces the profile `P`, one of RFC 8265's. Where it maps case, `text` MUST be in lower case already.
///
/// Printable ASCII other than the space is allowed by every string class (RFC 8264 §9.11) and changed by no profile, but
/// for its case: it is not looked up in Unicode's tables.
///
/// # Errors
/// The profile's.
pub(super) fn enforce<P: PrecisFastInvocation>(text: &str) -> Result<Cow<'_, str>, Error> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(Cow::Borrowed(text));
    }
    P::enforce(text)
}
