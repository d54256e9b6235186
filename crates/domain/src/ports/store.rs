//! The unit of work.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::Timestamp;
use crate::error_code::{Coded, ErrorCode};

use super::{
    BoxFuture, InvalidationRepository, KnownClientRepository, LinkRepository, OutboxRepository,
    RecoveryRepository, SessionRepository, UserRepository,
};

/// Whether a unit of work changes anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It only looks. Each call of a repository sees what was committed when it was made, so that two of them may see two
    /// moments.
    Read,
    /// It may change things.
    Write,
}

/// How a unit of work ends when nothing went wrong with the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Everything it did happens.
    Commit,
    /// Nothing it did happens.
    RollBack,
}

/// One run of a unit of work. `Fn`, not `FnOnce`: it may be run again from the start.
pub type Work = Box<dyn Fn(&mut dyn Transaction) -> Result<Decision, StoreError> + Send>;

/// A database, one unit of work at a time.
///
/// An implementation MUST
/// - run `work` that may change things inside one transaction, and make all of it happen or nothing;
/// - have committed durably before it answers `Ok` after [`Decision::Commit`];
/// - change nothing where `work` fails, panics or decides to roll back;
/// - run `work` again, from the start and in a new transaction, after a deadlock, a serialization failure, a busy
///   database or a connection found dead before the commit, and answer [`StoreError::Unavailable`] when that does
///   not help within its bounds;
/// - never run `work` again once a commit was sent, whose fate may be unknown.
///
/// It MAY run several in one transaction, one after the other, and any of them again because another one did not commit.
pub trait Store: Send + Sync {
    /// Runs a unit of work. Services call [`StoreExt::transact`] and [`StoreExt::read`] instead.
    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>>;
}

/// The repositories, all inside one transaction.
pub trait Transaction {
    /// Accounts.
    fn users(&mut self) -> &mut dyn UserRepository;
    /// Sessions and their tokens.
    fn sessions(&mut self) -> &mut dyn SessionRepository;
    /// Where users have logged in from.
    fn known_clients(&mut self) -> &mut dyn KnownClientRepository;
    /// Mailed links.
    fn links(&mut self) -> &mut dyn LinkRepository;
    /// Requests to recover an account.
    fn recoveries(&mut self) -> &mut dyn RecoveryRepository;
    /// Messages on their way out.
    fn outbox(&mut self) -> &mut dyn OutboxRepository;
    /// What time it is by the database's own clock; `None` where that is the clock of this machine.
    fn clock(&mut self) -> Result<Option<Timestamp>, StoreError>;
    /// What other nodes must forget.
    fn invalidations(&mut self) -> &mut dyn InvalidationRepository;
}

/// The store could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database does not answer, or is too busy; trying again later helps.
    #[error("the database is unavailable: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The transaction lost against another one and is to be run again. It never leaves [`Store::run`].
    #[error("the transaction must be run again: {0}")]
    Contended(#[source] Box<dyn Error + Send + Sync>),
    /// The database answered something it never should.
    #[error("the database failed: {0}")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

/// What a client is told to wait when the database does not answer.
const RETRY_AFTER: Duration = Duration::from_secs(2);

impl Coded for StoreError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unavailable(_) | Self::Contended(_) => ErrorCode::Unavailable {
                retry_after: RETRY_AFTER,
            },
            Self::Failed(_) => ErrorCode::Internal,
        }
    }
}

/// What another account already holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The name.
    #[error("the name is taken")]
    Name,
    /// The address.
    #[error("the e-mail address is taken")]
    Email,
}

/// For units of work that write nothing unique: a conflict there is a defect.
impl From<Conflict> for StoreError {
    fn from(conflict: Conflict) -> Self {
        Self::Failed(conflict.into())
    }
}

/// A write that uniqueness can refuse. After a [`Conflict`] the transaction MUST be rolled back.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Another account holds it.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The store could not do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a unit of work ends without a commit.
#[derive(Debug)]
pub enum Abort<E> {
    /// The use case refuses.
    Refused(E),
    /// The store could not do its work.
    Store(StoreError),
}

impl<E> From<StoreError> for Abort<E> {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl<E: From<Conflict>> From<WriteError> for Abort<E> {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Conflict(conflict) => Self::Refused(conflict.into()),
            WriteError::Store(error) => Self::Store(error),
        }
    }
}

/// Typed units of work over [`Store::run`].
pub trait StoreExt {
    /// Runs `work` and commits if it answers `Ok`; else nothing of it happened.
    fn transact<T, E>(
        &self,
        work: impl Fn(&mut dyn Transaction) -> Result<T, Abort<E>> + Send + 'static,
    ) -> impl Future<Output = Result<T, E>> + Send
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static;

    /// Runs `work`, which only looks ([`Access::Read`]).
    fn read<T>(
        &self,
        work: impl Fn(&mut dyn Transaction) -> Result<T, StoreError> + Send + 'static,
    ) -> impl Future<Output = Result<T, StoreError>> + Send
    where
        T: Send + 'static;
}

impl StoreExt for dyn Store {
    async fn transact<T, E>(
        &self,
        work: impl Fn(&mut dyn Transaction) -> Result<T, Abort<E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        run_typed(self, Access::Write, work).await
    }

    async fn read<T>(
        &self,
        work: impl Fn(&mut dyn Transaction) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
    {
        run_typed(self, Access::Read, move |tx| work(tx).map_err(Abort::Store)).await
    }
}

/// Carries the typed outcome of the last run past the object-safe [`Store::run`].
async fn run_typed<T, E>(
    store: &dyn Store,
    access: Access,
    work: impl Fn(&mut dyn Transaction) -> Result<T, Abort<E>> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let outcome = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&outcome);
    let put = move |result: Result<T, E>| {
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    };
    let work: Work = Box::new(move |tx| match work(tx) {
        Ok(value) => {
            put(Ok(value));
            Ok(Decision::Commit)
        }
        Err(Abort::Refused(refusal)) => {
            put(Err(refusal));
            Ok(Decision::RollBack)
        }
        Err(Abort::Store(error)) => Err(error),
    });
    store.run(access, work).await?;
    let result = outcome
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    result.unwrap_or_else(|| {
        Err(E::from(StoreError::Failed(
            "the store answered without running the work".into(),
        )))
    })
}
