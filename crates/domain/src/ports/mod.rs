//! What the domain asks of the world.
//!
//! Each trait says what an implementation MUST keep to. The MUSTs of the store are tested by
//! [`testing::store_contract`](crate::testing) against every database.

mod abuse_guard;
mod clock;
mod entropy;
mod invalidation_repository;
mod link_repository;
mod mailer;
mod outbox;
mod password_hasher;
mod session_check;
mod session_repository;
mod store;
mod user_repository;

use std::future::Future;
use std::pin::Pin;

pub use abuse_guard::{AbuseGuard, Attempt, Blocked};
pub use clock::Clock;
pub use entropy::Entropy;
pub use invalidation_repository::{Invalidation, InvalidationNumber, InvalidationRepository};
pub use link_repository::LinkRepository;
pub use mailer::{Mailer, SendError};
pub use outbox::OutboxRepository;
pub use password_hasher::{HashError, PasswordHasher, Verdict};
pub use session_check::SessionCheck;
pub use session_repository::{SessionRepository, SessionUse};
pub use store::{
    Abort, Access, Conflict, Decision, Store, StoreError, StoreExt, Transaction, Work, WriteError,
};
pub use user_repository::{NewUser, UserChanges, UserRepository};

/// A future of a port, so that ports stay object-safe.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
