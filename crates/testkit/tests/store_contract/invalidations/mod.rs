//! [`InvalidationRepository`](azuma_domain::ports::InvalidationRepository).

mod another_history;
mod causes;
mod order;
mod prune;

use std::sync::Arc;

use azuma_domain::ports::{HistoryPosition, Invalidation, InvalidationNumber, Store};
use azuma_domain::user::UserId;

use super::look;

/// The invalidation number with this value.
fn number(number: u64) -> InvalidationNumber {
    InvalidationNumber::new(number)
}

/// The last invalidation.
async fn last(store: &Arc<dyn Store>) -> HistoryPosition {
    look(store, |tx| tx.invalidations().last()).await
}

/// The invalidations that are kept from this number on.
async fn from(store: &Arc<dyn Store>, number: InvalidationNumber) -> Vec<Invalidation> {
    look(store, move |tx| tx.invalidations().from(number, 1_000)).await
}

/// The users of the invalidations, in order.
fn users(invalidations: &[Invalidation]) -> Vec<UserId> {
    invalidations.iter().map(|one| one.user_id).collect()
}

/// The users of all invalidations that are kept, in order.
async fn invalidated(store: &Arc<dyn Store>) -> Vec<UserId> {
    users(&from(store, InvalidationNumber::default()).await)
}
