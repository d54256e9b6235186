use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use azuma_domain::ports::{BoxFuture, Store, StoreError, Work};

/// Two independent stores on one database. Units of work go to each in turn.
pub struct Nodes {
    stores: [Arc<dyn Store>; 2],
    turn: AtomicUsize,
}

impl Nodes {
    /// Both must be on the same database.
    pub fn new(one: Arc<dyn Store>, other: Arc<dyn Store>) -> Self {
        Self {
            stores: [one, other],
            turn: AtomicUsize::new(0),
        }
    }
}

impl Store for Nodes {
    fn run(&self, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        self.stores[turn % 2].run(work)
    }
}
