//! What happened in a run that its history does not tell.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Something that the faults of a plan are to bring about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Incident {
    /// A unit of work was run in vain, others committed, and it was run again.
    RunAgainAfterOthers,
    /// A unit of work was committed after its node had given it up.
    CommittedAfterGivenUp,
    /// The mail server refused a message for good.
    MailRefused,
    /// A node stopped in order, with all uses written.
    Stopped,
}

impl Incident {
    /// Everything that can happen.
    pub const ALL: [Self; 4] = [
        Self::RunAgainAfterOthers,
        Self::CommittedAfterGivenUp,
        Self::MailRefused,
        Self::Stopped,
    ];
}

/// What has happened so far. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Incidents(Arc<Mutex<BTreeSet<Incident>>>);

impl Incidents {
    pub(crate) fn note(&self, incident: Incident) {
        let mut incidents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        incidents.insert(incident);
    }

    pub(crate) fn all(&self) -> BTreeSet<Incident> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
