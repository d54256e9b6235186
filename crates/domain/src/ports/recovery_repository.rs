use super::StoreError;
use crate::Timestamp;
use crate::recovery::{RecoveryId, RecoveryRequest};

/// Requests to recover an account, until a worker looks for the account.
pub trait RecoveryRepository {
    /// Adds a request, due at once.
    fn insert(&mut self, request: &RecoveryRequest) -> Result<(), StoreError>;

    /// The request that is due for longest at `now`, whether or not it can be read. MUST give a request to one of any number of
    /// racing transactions, until that ends.
    fn next_due(&mut self, now: Timestamp) -> Result<Option<RecoveryId>, StoreError>;

    /// Takes a request out. It is there again if the transaction is rolled back. MUST fail with
    /// [`StoreError::Failed`] where it cannot be read.
    fn take(&mut self, id: RecoveryId) -> Result<Option<RecoveryRequest>, StoreError>;

    /// When a request was made, whatever became of it since.
    fn requested_at(&mut self, id: RecoveryId) -> Result<Option<Timestamp>, StoreError>;

    /// Makes a request due again at `due_at`. MUST do so with one that cannot be read, too.
    fn reschedule(&mut self, id: RecoveryId, due_at: Timestamp) -> Result<(), StoreError>;

    /// Deletes a request, whether or not it can be read.
    fn discard(&mut self, id: RecoveryId) -> Result<(), StoreError>;
}
