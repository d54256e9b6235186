//! The traits through which the domain reaches the outside world.
//!
//! Each trait says what an implementation MUST do. `crates/testkit/tests/store_contract/` tests the MUSTs of the
//! store against every database; those of the other traits are tested beside the one implementation that each has.
//!
//! In the repositories `now` is the time by the clock of the node that asks. A `limit` is a number of rows. What
//! deletes expired, lapsed or old rows may stop at 1,000 of them, and so may [`SessionReader::list`] and what answers a page,
//! and [`SessionRepository::revoke_issued_before`].

mod abuse_guard;
mod audit_repository;
mod change_history;
mod clock;
mod common_passwords;
mod entropy;
mod factor_repository;
mod invalidation_repository;
mod invite_repository;
mod known_client_repository;
mod link_repository;
mod mailer;
mod outbox;
mod password_hasher;
mod recovery_repository;
mod security_log;
mod service_repository;
mod session_check;
mod session_repository;
mod store;
mod store_error;
mod unit_of_work;
mod user_repository;
mod user_source;

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

pub use abuse_guard::{AbuseGuard, Familiarity, LoginTarget, RateLimited, RateLimitedAction};
pub use audit_repository::{AuditReader, AuditRepository};
pub use change_history::{ChangeHistory, HistoryPage};
pub use clock::Clock;
pub use common_passwords::CommonPasswords;
pub use entropy::Entropy;
pub use factor_repository::{FactorReader, FactorRepository};
pub use invalidation_repository::{
    Cause, HistoryPosition, Invalidation, InvalidationMark, InvalidationNumber, InvalidationReader,
    InvalidationRepository, MalformedPlace,
};
pub use invite_repository::{InviteReader, InviteRepository};
pub use known_client_repository::{KnownClientReader, KnownClientRepository};
pub use link_repository::{LinkReader, LinkRepository, StoredLink};
pub use mailer::{Accepted, Mailer, SendError};
pub use outbox::{FARTHEST_DUE, OutboxLoad, OutboxReader, OutboxRepository};
pub use password_hasher::{HashError, PasswordHasher, Verdict};
pub use recovery_repository::RecoveryRepository;
pub use security_log::{ActionKind, RefusedLogin, SecurityEvent, SecurityEventKind, SecurityLog};
pub use service_repository::{ServiceReader, ServiceRepository};
pub use session_check::{Look, SessionCheck};
pub use session_repository::{
    SessionPage, SessionReader, SessionRepository, SessionUse, TokensPage,
};
pub use store::{Decision, ReadWork, Reader, Schema, Store, Transaction, Work, WriteWork};
pub use store_error::{Abort, Conflict, StoreError, WriteError};
pub use unit_of_work::StoreExt;
pub use user_repository::{AddressHolder, NewUser, Taken, UserChanges, UserReader, UserRepository};
pub use user_source::{
    SourceEmail, SourceEntry, SourceError, SourceId, SourcePlace, SourceProof, SourceUser,
    UnreadableEntry, UserSource,
};

/// A boxed future, which keeps the traits object-safe.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A future that is mostly ready at once and then needs no allocation. Like most futures it panics if it is polled
/// again after it has answered.
pub enum MaybeReady<T> {
    /// The answer is known.
    Now(Ready<T>),
    /// The answer takes a while.
    Later(BoxFuture<'static, T>),
}

impl<T> MaybeReady<T> {
    /// A future with this answer.
    pub fn now(answer: T) -> Self {
        Self::Now(ready(answer))
    }

    /// A future that answers what this one answers.
    pub fn later(answer: impl Future<Output = T> + Send + 'static) -> Self {
        Self::Later(Box::pin(answer))
    }

    /// The same future with its answer changed.
    pub fn map<U>(self, change: impl FnOnce(T) -> U + Send + 'static) -> MaybeReady<U>
    where
        T: 'static,
    {
        match self {
            Self::Now(answer) => MaybeReady::now(change(answer.into_inner())),
            Self::Later(answer) => MaybeReady::later(async move { change(answer.await) }),
        }
    }
}

impl<T> Future for MaybeReady<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        match self.get_mut() {
            Self::Now(answer) => Pin::new(answer).poll(context),
            Self::Later(answer) => answer.as_mut().poll(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::task::Waker;

    use super::*;

    #[test]
    fn an_answer_taken_once_is_not_waited_for_again() {
        let mut context = Context::from_waker(Waker::noop());
        for mut answer in [MaybeReady::now(1), MaybeReady::later(async { 1 })] {
            assert_eq!(Pin::new(&mut answer).poll(&mut context), Poll::Ready(1));
            let again = AssertUnwindSafe(|| Pin::new(&mut answer).poll(&mut context));
            assert!(catch_unwind(again).is_err());
        }
    }
}
