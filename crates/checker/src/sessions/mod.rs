//! The life of a session: issued, used, renewed, revoked.

mod expiries;
mod next_tokens;
mod refused;
mod revocations;

use crate::Violation;
use crate::history::History;
use crate::owners::Owners;

pub(crate) fn check(history: &History) -> Vec<Violation> {
    let owners = Owners::of(history);
    let mut violations = revocations::check(history, &owners);
    violations.extend(refused::check(history, &owners));
    violations.extend(next_tokens::check(history));
    violations.extend(expiries::check(history, &owners));
    violations
}
