use super::StoreError;
use crate::recovery::RecoveryRequest;

/// Requests to recover an account, until a worker looks for the account.
pub trait RecoveryRepository {
    /// Adds a request.
    fn insert(&mut self, request: &RecoveryRequest) -> Result<(), StoreError>;

    /// Takes at most `limit` requests out, the oldest first. MUST give a request to one of any number of racing calls.
    /// They are there again if the transaction is rolled back.
    fn take(&mut self, limit: u32) -> Result<Vec<RecoveryRequest>, StoreError>;
}
