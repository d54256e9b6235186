//! Whether the database can be worked with.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use azuma_domain::ports::{BoxFuture, Schema, Store, StoreError, Work};
use azuma_domain::services::{DatabaseHealth, Health};
use azuma_testkit::FakeClock;
use azuma_testkit::sample::SECOND;

use crate::world::World;

/// A store that counts what it is asked, and may be away.
struct Counted {
    store: Arc<dyn Store>,
    asked: Arc<AtomicU32>,
    is_away: Arc<std::sync::atomic::AtomicBool>,
}

impl Store for Counted {
    fn run(&self, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match self.is_away.load(Ordering::SeqCst) {
            true => Box::pin(async { Err(StoreError::Unavailable("away".into())) }),
            false => self.store.run(work),
        }
    }
}

#[tokio::test]
async fn the_database_is_as_the_last_look_found_it_for_three_seconds_and_telling_asks_nobody() {
    let clock = FakeClock::default();
    let (asked, is_away) = (Arc::default(), Arc::default());
    let store = Counted {
        store: World::new().parts.store,
        asked: Arc::clone(&asked),
        is_away: Arc::clone(&is_away),
    };
    let health = Health::new(Arc::new(store), Arc::new(clock.clone()));
    assert_eq!(health.database(), DatabaseHealth::Silent);
    health.look().await;
    let found = DatabaseHealth::Answers(Schema::Current);
    assert_eq!(health.database(), found);
    clock.advance(3 * SECOND);
    for _ in 0..100 {
        assert_eq!(health.database(), found);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    clock.advance(SECOND);
    assert_eq!(health.database(), DatabaseHealth::Silent);
    health.look().await;
    assert_eq!(health.database(), found);
    is_away.store(true, Ordering::SeqCst);
    health.look().await;
    assert_eq!(health.database(), DatabaseHealth::Silent);
}
