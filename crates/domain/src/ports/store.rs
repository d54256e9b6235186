//! The unit of work.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::Timestamp;
use crate::error_code::{ErrorCode, HasErrorCode};

use super::{
    BoxFuture, InvalidationReader, InvalidationRepository, KnownClientReader,
    KnownClientRepository, LinkReader, LinkRepository, OutboxReader, OutboxRepository,
    RecoveryRepository, SessionReader, SessionRepository, UserReader, UserRepository,
};

/// How a unit of work that may write ends when nothing went wrong with the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Everything it did happens.
    Commit,
    /// Nothing it did happens.
    RollBack,
}

/// What a unit of work that only reads does.
pub type ReadWork = Box<dyn Fn(&mut dyn Reader) -> Result<(), StoreError> + Send>;

/// What a unit of work that may write does.
pub type WriteWork = Box<dyn Fn(&mut dyn Transaction) -> Result<Decision, StoreError> + Send>;

/// A unit of work. Its closure is `Fn`, not `FnOnce`: a store may run it again from the start.
pub enum Work {
    /// It only reads. Each call of a repository sees what was committed when the call was made, so two calls may see two
    /// moments.
    Read(ReadWork),
    /// It may write, in one transaction.
    Write(WriteWork),
}

impl Work {
    /// Work that only reads.
    pub fn read(work: impl Fn(&mut dyn Reader) -> Result<(), StoreError> + Send + 'static) -> Self {
        Self::Read(Box::new(work))
    }

    /// Work that may write.
    pub fn write(
        work: impl Fn(&mut dyn Transaction) -> Result<Decision, StoreError> + Send + 'static,
    ) -> Self {
        Self::Write(Box::new(work))
    }
}

/// A database, one unit of work at a time.
///
/// An implementation MUST
/// - run work that may write inside one transaction, and make all of it happen or nothing;
/// - have committed durably before it answers `Ok` after [`Decision::Commit`];
/// - change nothing where the work fails, panics or decides to roll back;
/// - run the work again, from the start and in a new transaction, after a deadlock, a serialization failure, a busy
///   database or a connection found dead before the commit, and answer [`StoreError::Unavailable`] when that does
///   not help within its bounds;
/// - never run the work again once a commit was sent, whose fate may be unknown.
pub trait Store: Send + Sync {
    /// Runs a unit of work. Services call [`StoreExt::transact`] and [`StoreExt::read`] instead.
    ///
    /// # Errors
    /// [`StoreError`]; nothing happened then, unless the error came after the commit was sent.
    fn run(&self, work: Work) -> BoxFuture<'_, Result<(), StoreError>>;
}

/// The repositories, to read from.
pub trait Reader {
    /// Accounts.
    fn users(&mut self) -> &mut dyn UserReader;
    /// Sessions and their tokens.
    fn sessions(&mut self) -> &mut dyn SessionReader;
    /// Where users have logged in from.
    fn known_clients(&mut self) -> &mut dyn KnownClientReader;
    /// Mailed links.
    fn links(&mut self) -> &mut dyn LinkReader;
    /// Messages on their way out.
    fn outbox(&mut self) -> &mut dyn OutboxReader;
    /// What other nodes must forget.
    fn invalidations(&mut self) -> &mut dyn InvalidationReader;
    /// What time it is by the database's own clock; `None` where that is the clock of this machine.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    fn clock(&mut self) -> Result<Option<Timestamp>, StoreError>;
}

/// The repositories, all inside one transaction.
pub trait Transaction {
    /// The same repositories, for what only reads.
    fn reader(&mut self) -> &mut dyn Reader;
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
    /// What other nodes must forget.
    fn invalidations(&mut self) -> &mut dyn InvalidationRepository;
}

/// The store could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database does not answer, or is too busy; trying again later helps.
    #[error("the database is unavailable: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The database answered something it never should.
    #[error("the database failed: {0}")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

/// What a client is told to wait when the database does not answer.
const RETRY_AFTER: Duration = Duration::from_secs(2);

impl HasErrorCode for StoreError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unavailable(_) => ErrorCode::Unavailable {
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
    ///
    /// # Errors
    /// What the work refused with, or the [`StoreError`] as an `E`.
    fn transact<T, E>(
        &self,
        work: impl Fn(&mut dyn Transaction) -> Result<T, Abort<E>> + Send + 'static,
    ) -> impl Future<Output = Result<T, E>> + Send
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static;

    /// Runs `work`, which cannot write:
    ///
    /// ```compile_fail
    /// # use azuma_domain::{ports::{Store, StoreError, StoreExt}, user::UserId};
    /// # async fn wrong(store: &dyn Store, id: UserId) -> Result<bool, StoreError> {
    /// store.read(move |reader| reader.users().delete(id)).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`StoreError`].
    fn read<T>(
        &self,
        work: impl Fn(&mut dyn Reader) -> Result<T, StoreError> + Send + 'static,
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
        let outcome = Outcome::default();
        let last_run = outcome.clone();
        let work = Work::write(move |transaction| match work(transaction) {
            Ok(value) => {
                last_run.set(Ok(value));
                Ok(Decision::Commit)
            }
            Err(Abort::Refused(refusal)) => {
                last_run.set(Err(refusal));
                Ok(Decision::RollBack)
            }
            Err(Abort::Store(error)) => Err(error),
        });
        self.run(work).await?;
        outcome.take()?
    }

    async fn read<T>(
        &self,
        work: impl Fn(&mut dyn Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
    {
        let outcome = Outcome::default();
        let last_run = outcome.clone();
        let work = Work::read(move |reader| {
            last_run.set(work(reader)?);
            Ok(())
        });
        self.run(work).await?;
        outcome.take()
    }
}

/// Carries what the last run made past the object-safe [`Store::run`].
struct Outcome<T>(Arc<Mutex<Option<T>>>);

impl<T> Default for Outcome<T> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(None)))
    }
}

impl<T> Clone for Outcome<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Outcome<T> {
    fn set(&self, made: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
    }

    fn take(&self) -> Result<T, StoreError> {
        let made = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        made.ok_or_else(|| StoreError::Failed("the store answered without running the work".into()))
    }
}
