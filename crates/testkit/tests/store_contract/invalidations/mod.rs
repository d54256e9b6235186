//! [`InvalidationRepository`](azuma_domain::ports::InvalidationRepository).

mod causes;
mod order;
mod prune;

use std::sync::Arc;

use azuma_domain::ports::{HistoryEnd, Invalidation, InvalidationNumber, Store};
use azuma_domain::user::UserId;

use super::look;

/// The number this plain.
fn number(number: u64) -> InvalidationNumber {
    InvalidationNumber::new(number)
}

/// The last one.
async fn last(store: &Arc<dyn Store>) -> HistoryEnd {
    look(store, |tx| tx.invalidations().last()).await
}

/// All that are kept from this number on.
async fn from(store: &Arc<dyn Store>, number: InvalidationNumber) -> Vec<Invalidation> {
    look(store, move |tx| tx.invalidations().from(number, 1_000)).await
}

/// Whose they are, in their order.
fn users(invalidations: &[Invalidation]) -> Vec<UserId> {
    invalidations.iter().map(|one| one.user_id).collect()
}

/// Whose invalidations there are, in their order.
async fn invalidated(store: &Arc<dyn Store>) -> Vec<UserId> {
    users(&from(store, InvalidationNumber::default()).await)
}
