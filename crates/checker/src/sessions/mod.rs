//! The life of a session: issued, used, renewed, revoked.

mod expiries;
mod next_tokens;
mod refused;
mod revocations;
mod stays_refused;
mod surplus;
mod users;

use crate::Violation;
use crate::history::History;
use crate::index::Index;

pub(crate) fn check(history: &History, index: &Index<'_>) -> Vec<Violation> {
    let mut violations = revocations::check(history, index);
    violations.extend(refused::check(history, index));
    violations.extend(surplus::check(history, index));
    violations.extend(users::check(history, index));
    violations.extend(next_tokens::check(history, index));
    violations.extend(expiries::check(history, index));
    violations
}
