//! A store in front of another one that can hold answers back, or fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use azuma_domain::ports::{BoxFuture, Store, StoreError, Work};
use tokio::sync::watch;
use tokio::time::timeout;

/// Far longer than anything takes.
const LONG: Duration = Duration::from_secs(10);

/// Lets units of work through to the store behind it.
pub(super) struct Gate {
    behind: Arc<dyn Store>,
    open: watch::Sender<bool>,
    cut: AtomicBool,
    read_only: AtomicBool,
    held: watch::Sender<usize>,
    reads: AtomicUsize,
    writes: AtomicUsize,
}

impl Gate {
    pub(super) fn before(store: Arc<dyn Store>) -> Self {
        Self {
            behind: store,
            open: watch::Sender::new(true),
            cut: AtomicBool::new(false),
            read_only: AtomicBool::new(false),
            held: watch::Sender::new(0),
            reads: AtomicUsize::new(0),
            writes: AtomicUsize::new(0),
        }
    }

    /// From now on the store does its work, but its answers wait.
    pub(super) fn hold(&self) {
        self.open.send_replace(false);
    }

    /// From now on nothing reaches the store, and the errors wait.
    pub(super) fn hold_failing(&self) {
        self.cut();
        self.hold();
    }

    /// Lets the waiting answers go, and all later ones.
    pub(super) fn release(&self) {
        self.open.send_replace(true);
    }

    /// Waits until this many answers wait.
    pub(super) async fn until_held(&self, count: usize) {
        let mut held = self.held.subscribe();
        let enough = held.wait_for(|held| *held >= count);
        let waited = timeout(LONG, enough).await;
        assert!(waited.is_ok(), "the store is not asked so often");
    }

    /// From now on nothing reaches the store.
    pub(super) fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
    }

    /// From now on no change reaches the store.
    pub(super) fn cut_writes(&self) {
        self.read_only.store(true, Ordering::SeqCst);
    }

    pub(super) fn mend(&self) {
        self.cut.store(false, Ordering::SeqCst);
        self.read_only.store(false, Ordering::SeqCst);
    }

    /// How many units of work only read, since the last reset.
    pub(super) fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }

    /// How many units of work may have written, since the last reset.
    pub(super) fn writes(&self) -> usize {
        self.writes.load(Ordering::SeqCst)
    }

    pub(super) fn reset(&self) {
        self.reads.store(0, Ordering::SeqCst);
        self.writes.store(0, Ordering::SeqCst);
    }

    async fn pass(&self) {
        let mut open = self.open.subscribe();
        if *open.borrow() {
            return;
        }
        self.held.send_modify(|held| *held += 1);
        open.wait_for(|open| *open).await.unwrap();
        self.held.send_modify(|held| *held -= 1);
    }
}

impl Store for Gate {
    fn run(&self, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        let count = match work {
            Work::Read(_) => &self.reads,
            Work::Write(_) => &self.writes,
        };
        count.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            let cut = self.cut.load(Ordering::SeqCst);
            let read_only = self.read_only.load(Ordering::SeqCst);
            let outcome = match cut || (read_only && matches!(work, Work::Write(_))) {
                true => Err(StoreError::Unavailable("cut off".into())),
                false => self.behind.run(work).await,
            };
            self.pass().await;
            outcome
        })
    }
}
