use super::StoreError;
use crate::Timestamp;
use crate::recovery::RecoveryRequest;

/// Requests to recover an account, until a worker looks for the account.
pub trait RecoveryRepository {
    /// Adds a request.
    fn insert(&mut self, request: &RecoveryRequest) -> Result<(), StoreError>;

    /// Takes at most `limit` requests out, the oldest first. MUST give a request to one of any number of racing calls.
    /// They are there again if the transaction is rolled back.
    fn take(&mut self, limit: u32) -> Result<Vec<RecoveryRequest>, StoreError>;

    /// Puts the oldest request, where there is one, among the others as if it had been made at `now`. MUST do so with one
    /// that cannot be read, too.
    fn put_oldest_back(&mut self, now: Timestamp) -> Result<(), StoreError>;
}
