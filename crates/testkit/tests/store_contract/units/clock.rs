use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::Store;
use azuma_testkit::sample::now;
use azuma_testkit_macros::on_every_store;

use crate::{linger, look};

async fn clock(store: &Arc<dyn Store>) -> Option<Timestamp> {
    look(store, |reader| reader.clock()).await
}

#[on_every_store]
async fn a_database_with_a_clock_of_its_own_tells_a_time_that_passes(store: Arc<dyn Store>) {
    let first = clock(&store).await;
    linger();
    let second = clock(&store).await;
    assert_eq!(first.is_some(), second.is_some());
    if let (Some(first), Some(second)) = (first, second) {
        assert!(now() < first && first < second);
    }
}
