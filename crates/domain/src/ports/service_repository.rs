use super::StoreError;
use crate::Timestamp;
use crate::service::{ListedService, Service, ServiceId, ServiceName};
use crate::token::TokenHash;

/// Reads services.
pub trait ServiceReader {
    /// The service with a token of this hash. MUST NOT find one by a token that has expired at `now`.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, or if the service cannot be read.
    fn find_by_token(
        &mut self,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<Service>, StoreError>;

    /// The services in the order of their names; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, or if a service cannot be read.
    fn list(&mut self, now: Timestamp, limit: u32) -> Result<Vec<ListedService>, StoreError>;
}

/// Services and their tokens, which are stored as hashes.
pub trait ServiceRepository: ServiceReader {
    /// Adds a service whose first token has this hash. Of racing calls for one name MUST let one answer `true`; the others
    /// answer `false` and change nothing.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn insert(&mut self, service: &Service, hash: &TokenHash) -> Result<bool, StoreError>;

    /// Gives a service a further token, made at `now`, and lets its earlier ones expire at `old_expire_at`, or at their own
    /// expiry if that is sooner. Deletes those that have expired at `now`. Answers the service; `None` if there is none of this
    /// name, and nothing is changed.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn rotate(
        &mut self,
        name: &ServiceName,
        hash: &TokenHash,
        now: Timestamp,
        old_expire_at: Timestamp,
    ) -> Result<Option<ServiceId>, StoreError>;

    /// Revokes a service with all of its tokens. MUST answer its id at most once per service.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn revoke(&mut self, name: &ServiceName) -> Result<Option<ServiceId>, StoreError>;
}
