use super::StoreError;
use crate::Timestamp;
use crate::recovery::{RecoveryId, RecoveryRequest};

/// Requests to recover an account. A worker takes each request and looks for its account.
pub trait RecoveryRepository {
    /// Adds a request that is due at once.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, as it does if another request has the
    /// id.
    fn insert(&mut self, request: &RecoveryRequest) -> Result<(), StoreError>;

    /// The request that has been due longest at `now`, readable or not. Of any number of racing transactions MUST let
    /// one have the request until that transaction ends.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn next_due(&mut self, now: Timestamp) -> Result<Option<RecoveryId>, StoreError>;

    /// Removes a request and answers it. A rollback restores it.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement. MUST be [`StoreError::Failed`] if the
    /// request cannot be read.
    fn take(&mut self, id: RecoveryId) -> Result<Option<RecoveryRequest>, StoreError>;

    /// When a request was made; `None` if it is gone.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn requested_at(&mut self, id: RecoveryId) -> Result<Option<Timestamp>, StoreError>;

    /// Makes a request due again at `due_at`, readable or not.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn reschedule(&mut self, id: RecoveryId, due_at: Timestamp) -> Result<(), StoreError>;

    /// Deletes a request, readable or not.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn discard(&mut self, id: RecoveryId) -> Result<(), StoreError>;
}
