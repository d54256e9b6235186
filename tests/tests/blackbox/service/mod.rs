//! The API for services, under `/service`.

mod admission;
mod changes;
mod check;
mod gateways;
mod two_nodes;

use azuma_tests::clients::Change;

/// The kinds of changes, in order.
fn kinds(changes: &[Change]) -> Vec<&str> {
    changes.iter().map(|change| change.kind.as_str()).collect()
}
