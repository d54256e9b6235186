//! What the domain asks of the world.
//!
//! Each trait says what an implementation MUST keep to. `crates/testkit/tests/store_contract/` tests the MUSTs of the
//! store against every database.

mod abuse_guard;
mod clock;
mod entropy;
mod invalidation_repository;
mod known_client_repository;
mod link_repository;
mod mailer;
mod outbox;
mod password_hasher;
mod recovery_repository;
mod security_log;
mod session_check;
mod session_repository;
mod store;
mod user_repository;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

pub use abuse_guard::{AbuseGuard, Attempt, Blocked, Familiarity};
pub use clock::Clock;
pub use entropy::Entropy;
pub use invalidation_repository::{
    HistoryEnd, Invalidation, InvalidationMark, InvalidationNumber, InvalidationReader,
    InvalidationRepository,
};
pub use known_client_repository::{KnownClientReader, KnownClientRepository};
pub use link_repository::{LinkReader, LinkRepository};
pub use mailer::{Accepted, Mailer, SendError};
pub use outbox::{OutboxReader, OutboxRepository};
pub use password_hasher::{HashError, PasswordHasher, Verdict};
pub use recovery_repository::RecoveryRepository;
pub use security_log::{
    BlockedAttempt, RefusedLogin, SecurityEvent, SecurityEventKind, SecurityLog,
};
pub use session_check::SessionCheck;
pub use session_repository::{SessionReader, SessionRepository, SessionUse};
pub use store::{
    Abort, Conflict, Decision, ReadWork, Reader, Store, StoreError, StoreExt, Transaction, Work,
    WriteError, WriteWork,
};
pub use user_repository::{AddressHolder, NewUser, UserChanges, UserReader, UserRepository};

/// A future of a port, so that ports stay object-safe.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A future of a port that mostly has its answer at once, and then costs no allocation.
pub enum Soon<'a, T> {
    /// The answer; `None` once it was taken.
    Now(Option<T>),
    /// It takes a while.
    Later(BoxFuture<'a, T>),
}

impl<'a, T> Soon<'a, T> {
    /// The answer is there.
    pub fn now(answer: T) -> Self {
        Self::Now(Some(answer))
    }

    /// The answer is this future's.
    pub fn later(answer: impl Future<Output = T> + Send + 'a) -> Self {
        Self::Later(Box::pin(answer))
    }

    /// The same answer as another type.
    pub fn map<U>(self, change: impl FnOnce(T) -> U + Send + 'a) -> Soon<'a, U>
    where
        T: Send + 'a,
    {
        match self {
            Self::Now(answer) => Soon::Now(answer.map(change)),
            Self::Later(answer) => Soon::later(async move { change(answer.await) }),
        }
    }
}

/// Nothing in it depends on where it lies.
impl<T> Unpin for Soon<'_, T> {}

impl<T> Future for Soon<'_, T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        match self.get_mut() {
            Self::Now(answer) => answer.take().map_or(Poll::Pending, Poll::Ready),
            Self::Later(answer) => answer.as_mut().poll(context),
        }
    }
}
