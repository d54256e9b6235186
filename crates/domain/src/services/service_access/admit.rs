use super::ServiceAccess;
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::ports::{RateLimited, RateLimitedAction, StoreError, StoreExt};
use crate::service::{Service, ServiceToken};

/// Why a service is not admitted.
#[derive(Debug, thiserror::Error)]
pub enum ServiceAccessError {
    /// The token is unknown or expired, or its service is revoked.
    #[error("the token is no service's")]
    TokenInvalid,
    /// The service asks too often.
    #[error(transparent)]
    RateLimited(#[from] RateLimited),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl HasErrorCode for ServiceAccessError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::TokenInvalid => ErrorCode::TokenInvalid,
            Self::RateLimited(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

impl ServiceAccess {
    /// The service with this token, which may ask once more. Each request asks the database, so that a revoked service is
    /// refused at once.
    ///
    /// # Errors
    /// [`ServiceAccessError`] says why the request is refused.
    pub async fn admit(&self, token: &ServiceToken) -> Result<Service, ServiceAccessError> {
        let service = self.recognize(token).await?;
        let request = RateLimitedAction::ServiceRequest(&service);
        self.doorkeeper.admit(None, request)?;
        Ok(service)
    }

    /// The same for who asks for the changes, which is counted apart.
    ///
    /// # Errors
    /// [`ServiceAccessError`] says why the request is refused.
    pub async fn admit_follower(&self, token: &ServiceToken) -> Result<(), ServiceAccessError> {
        let service = self.recognize(token).await?;
        let poll = RateLimitedAction::ServicePoll(&service);
        Ok(self.doorkeeper.admit(None, poll)?)
    }

    /// The service with this token, which asks nothing.
    ///
    /// # Errors
    /// [`ServiceAccessError`] says why there is none.
    pub async fn recognize(&self, token: &ServiceToken) -> Result<Service, ServiceAccessError> {
        let (hash, now) = (token.hash(), self.clock.now());
        let found = self
            .store
            .read(move |reader| reader.services().find_by_token(&hash, now))
            .await?;
        found.ok_or(ServiceAccessError::TokenInvalid)
    }
}
