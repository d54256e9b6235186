//! Tells whether the database can be worked with.
//!
//! Anybody may ask at any rate, so the answer is what one look at a time has found, and asking costs no query.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::ports::{Clock, Schema, Store, StoreExt};

/// How long an answer of the database holds, from when it was asked.
const HOLDS: Duration = Duration::from_secs(3);

/// What is known of the database. A process has one value, which somebody has to keep current with
/// [`look`](Self::look).
pub struct Health {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    last: Mutex<Option<Look>>,
}

/// An answer of the database, and when it was asked, by [`Clock::running`].
struct Look {
    asked: Duration,
    schema: Schema,
}

/// Whether the database can be worked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseHealth {
    /// It has answered, and its schema is this.
    Answers(Schema),
    /// It has refused, or not answered for three seconds.
    Silent,
}

impl Health {
    /// Knows nothing yet, which is [`DatabaseHealth::Silent`].
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            last: Mutex::default(),
        }
    }

    /// Asks the database, and keeps its answer.
    pub async fn look(&self) {
        let asked = self.clock.running();
        let answer = self.store.read(|reader| reader.schema()).await;
        *self.last() = answer.ok().map(|schema| Look { asked, schema });
    }

    /// What the last look has found. Asks nobody.
    #[must_use]
    pub fn database(&self) -> DatabaseHealth {
        let now = self.clock.running();
        match &*self.last() {
            Some(look) if now.saturating_sub(look.asked) <= HOLDS => {
                DatabaseHealth::Answers(look.schema)
            }
            Some(_) | None => DatabaseHealth::Silent,
        }
    }

    fn last(&self) -> MutexGuard<'_, Option<Look>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
