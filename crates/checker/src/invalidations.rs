//! The history of invalidations: whoever has seen a number has seen all before it.

use crate::history::History;
use crate::{Rule, Violation};

pub(crate) fn check(history: &History) -> Vec<Violation> {
    history
        .invalidations
        .windows(2)
        .filter(|pair| pair[1] != pair[0] + 1)
        .map(|pair| Violation {
            rule: Rule::InvalidationsHaveNoGaps,
            what: format!("{} follows {}", pair[1], pair[0]),
            events: Vec::new(),
        })
        .collect()
}
