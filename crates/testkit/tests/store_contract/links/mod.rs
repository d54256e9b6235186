//! [`LinkRepository`](azuma_domain::ports::LinkRepository).

mod consume;
mod deletion;
mod find;

use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::link::Link;
use azuma_domain::ports::Store;
use azuma_testkit::sample;

use super::write;

/// Consumes the link with this number.
async fn consume(store: &Arc<dyn Store>, number: u32, now: Timestamp) -> Option<Link> {
    let hash = sample::link_hash(number);
    write(store, move |tx| tx.links().consume(&hash, now)).await
}
