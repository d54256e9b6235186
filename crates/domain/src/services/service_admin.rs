//! The use cases of an operator for services, with or without a running server.

use std::sync::Arc;
use std::time::Duration;

use crate::audit::{AuditAction, AuditEvent};
use crate::ports::{Abort, Clock, Entropy, Store, StoreError, StoreExt};
use crate::service::{ListedService, Service, ServiceId, ServiceName, ServiceToken};

/// The use cases of an operator for services.
pub struct ServiceAdmin {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// Why an operator's request is refused.
#[derive(Debug, thiserror::Error)]
pub enum ServiceAdminError {
    /// There is no such service.
    #[error("there is no such service")]
    ServiceUnknown,
    /// There is a service of this name.
    #[error("there is a service of this name already")]
    NameTaken,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ServiceAdmin {
    /// Manages the services in this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            store,
            clock,
            entropy,
        }
    }

    /// Creates a service, and answers its token, which is stored nowhere.
    ///
    /// # Errors
    /// [`ServiceAdminError`] says why not; nothing is changed then.
    pub async fn create(
        &self,
        name: ServiceName,
    ) -> Result<(Service, ServiceToken), ServiceAdminError> {
        let service = Service {
            id: ServiceId::new(self.entropy.uuid()),
            name,
            created_at: self.clock.now(),
        };
        let token = self.new_token();
        let (stored, hash) = (service.clone(), token.hash());
        self.store
            .transact(move |tx| {
                if !tx.services().insert(&stored, &hash)? {
                    return Err(Abort::Refused(ServiceAdminError::NameTaken));
                }
                let event =
                    AuditEvent::by_operator(None, AuditAction::CreateService, stored.created_at);
                Ok(tx.audit().append(&event.of_service(stored.id))?)
            })
            .await?;
        Ok((service, token))
    }

    /// The services in the order of their names; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn list(&self, limit: u32) -> Result<Vec<ListedService>, StoreError> {
        let now = self.clock.now();
        self.store
            .read(move |reader| reader.services().list(now, limit))
            .await
    }

    /// Gives a service another token, and answers it. The ones before work for `overlap` longer.
    ///
    /// # Errors
    /// [`ServiceAdminError`] says why not; nothing is changed then.
    pub async fn rotate(
        &self,
        name: ServiceName,
        overlap: Duration,
    ) -> Result<ServiceToken, ServiceAdminError> {
        let now = self.clock.now();
        let token = self.new_token();
        let hash = token.hash();
        self.store
            .transact(move |tx| {
                let rotated = tx.services().rotate(&name, &hash, now, now.plus(overlap))?;
                let id = rotated.ok_or(Abort::Refused(ServiceAdminError::ServiceUnknown))?;
                let event = AuditEvent::by_operator(None, AuditAction::RotateService, now);
                Ok(tx.audit().append(&event.of_service(id))?)
            })
            .await?;
        Ok(token)
    }

    /// Revokes a service: its next request is refused.
    ///
    /// # Errors
    /// [`ServiceAdminError`] says why not; nothing is changed then.
    pub async fn revoke(&self, name: ServiceName) -> Result<(), ServiceAdminError> {
        let now = self.clock.now();
        self.store
            .transact(move |tx| {
                let revoked = tx.services().revoke(&name)?;
                let id = revoked.ok_or(Abort::Refused(ServiceAdminError::ServiceUnknown))?;
                let event = AuditEvent::by_operator(None, AuditAction::RevokeService, now);
                Ok(tx.audit().append(&event.of_service(id))?)
            })
            .await
    }

    fn new_token(&self) -> ServiceToken {
        ServiceToken::from_random([self.entropy.u128(), self.entropy.u128()])
    }
}
