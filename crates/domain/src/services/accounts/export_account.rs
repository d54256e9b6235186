//! What is stored about the caller, for the caller.

use super::{Accounts, FactorStatus};
use crate::Timestamp;
use crate::audit::RecordedEvent;
use crate::link::Link;
use crate::mail::QueuedMail;
use crate::ports::{StoreError, StoreExt};
use crate::session::{ClientNetwork, LiveSession};

/// The most rows of a kind that are exported. A user has fewer, events excepted: what makes them is limited.
const MOST_ROWS: u32 = 1_000;

/// What is stored about a user besides the account itself and its sessions.
pub struct StoredBesides {
    /// The links that still work.
    pub links: Vec<Link>,
    /// The messages that are not sent yet, dead letters included.
    pub mails: Vec<QueuedMail>,
    /// Whether the user has a second factor.
    pub factor: FactorStatus,
    /// The last events of the audit trail, the newest first.
    pub events: Vec<RecordedEvent>,
    /// The networks that the user has logged in from, and when last.
    pub networks: Vec<(ClientNetwork, Timestamp)>,
}

impl Accounts {
    /// What is stored about the caller's user besides the account itself and its sessions. The hash of the password and the
    /// hashes of links are credentials and stay where they are.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn stored_besides(&self, caller: &LiveSession) -> Result<StoredBesides, StoreError> {
        let (user_id, now) = (caller.user.id, self.clock.now());
        self.store
            .read(move |reader| {
                Ok(StoredBesides {
                    factor: FactorStatus::read(reader, user_id)?,
                    links: reader.links().list_of(user_id, now, MOST_ROWS)?,
                    mails: reader.outbox().list_of(user_id, MOST_ROWS)?,
                    events: reader
                        .audit()
                        .newest_of(user_id, None, MOST_ROWS)?
                        .into_iter()
                        .filter_map(Result::ok)
                        .collect(),
                    networks: reader.known_clients().list_of(user_id, MOST_ROWS)?,
                })
            })
            .await
    }
}
