//! One question to the store, and everybody who waits for its answer.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use azuma_domain::ports::StoreError;
use azuma_domain::session::LiveSession;
use tokio::sync::watch;

use super::freshness::MOST_AGE;
use crate::monotonic::Moment;

/// What a load came to. All who waited share an error.
pub(super) type Loaded = Result<Option<LiveSession>, Arc<StoreError>>;

/// A load under way.
#[derive(Clone)]
pub(super) struct Load {
    begun: Moment,
    outcome: watch::Receiver<Option<Loaded>>,
}

impl Load {
    /// A load that begins, and what ends it.
    pub(super) fn begin(now: Moment) -> (Self, watch::Sender<Option<Loaded>>) {
        let (end, outcome) = watch::channel(None);
        let load = Self {
            begun: now,
            outcome,
        };
        (load, end)
    }

    /// Whether what it answers is young enough for one who comes at `now`. The store may have been asked, and frozen,
    /// long ago.
    pub(super) fn may_be_joined(&self, now: Moment) -> bool {
        self.begun.until(now) < MOST_AGE
    }

    /// Waits for the answer; `None` where whoever loads is gone.
    pub(super) async fn wait(mut self) -> Option<Loaded> {
        let outcome = self.outcome.wait_for(Option::is_some).await.ok()?;
        outcome.clone()
    }
}

/// An error for one of those who share it.
pub(super) fn share(error: &Arc<StoreError>) -> StoreError {
    let shared = Box::new(Shared(Arc::clone(error)));
    match **error {
        StoreError::Unavailable(_) => StoreError::Unavailable(shared),
        StoreError::Failed(_) => StoreError::Failed(shared),
    }
}

#[derive(Debug)]
struct Shared(Arc<StoreError>);

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Shared {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
