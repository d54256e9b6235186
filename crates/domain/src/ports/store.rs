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

/// How a unit of work that may write ends if the store works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Everything it wrote is committed.
    Commit,
    /// Nothing it wrote is committed.
    RollBack,
}

/// The closure of a unit of work that only reads.
pub type ReadWork = Box<dyn Fn(&mut dyn Reader) -> Result<(), StoreError> + Send>;

/// The closure of a unit of work that may write.
pub type WriteWork = Box<dyn Fn(&mut dyn Transaction) -> Result<Decision, StoreError> + Send>;

/// A unit of work. Its closure is `Fn`, not `FnOnce`: a store may run it again from the start.
pub enum Work {
    /// Work that only reads. Each call of a repository sees what was committed at the time of the call, so two calls may
    /// see different states.
    Read(ReadWork),
    /// Work that may write, in one transaction.
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
/// - run work that may write inside one transaction, and commit all of it or nothing;
/// - have committed durably before it answers `Ok` after [`Decision::Commit`];
/// - change nothing if the work fails, panics or decides to roll back;
/// - run the work again, from the start and in a new transaction, after a deadlock, a serialization failure, a busy
///   database or a lost connection before the commit, and fail with [`StoreError::Unavailable`] if that does not
///   succeed within its limits;
/// - never run the work again after it has sent a commit, whose outcome may be unknown.
pub trait Store: Send + Sync {
    /// Runs a unit of work. Services call [`StoreExt::transact`] and [`StoreExt::read`] instead.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or fails. Nothing is changed then, unless the error came after the
    /// commit was sent.
    fn run(&self, work: Work) -> BoxFuture<'_, Result<(), StoreError>>;
}

/// The repositories, to read from.
pub trait Reader {
    /// Accounts.
    fn users(&mut self) -> &mut dyn UserReader;
    /// Sessions and their tokens.
    fn sessions(&mut self) -> &mut dyn SessionReader;
    /// Networks that users have logged in from.
    fn known_clients(&mut self) -> &mut dyn KnownClientReader;
    /// Mailed links.
    fn links(&mut self) -> &mut dyn LinkReader;
    /// Messages to be sent.
    fn outbox(&mut self) -> &mut dyn OutboxReader;
    /// Invalidations of what nodes cache.
    fn invalidations(&mut self) -> &mut dyn InvalidationReader;
    /// The time by the database's own clock; `None` if the database uses the clock of this machine.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    fn clock(&mut self) -> Result<Option<Timestamp>, StoreError>;
}

/// The repositories, all inside one transaction.
pub trait Transaction {
    /// The same repositories, without their methods that write.
    fn reader(&mut self) -> &mut dyn Reader;
    /// Accounts.
    fn users(&mut self) -> &mut dyn UserRepository;
    /// Sessions and their tokens.
    fn sessions(&mut self) -> &mut dyn SessionRepository;
    /// Networks that users have logged in from.
    fn known_clients(&mut self) -> &mut dyn KnownClientRepository;
    /// Mailed links.
    fn links(&mut self) -> &mut dyn LinkRepository;
    /// Requests to recover an account.
    fn recoveries(&mut self) -> &mut dyn RecoveryRepository;
    /// Messages to be sent.
    fn outbox(&mut self) -> &mut dyn OutboxRepository;
    /// Invalidations of what nodes cache.
    fn invalidations(&mut self) -> &mut dyn InvalidationRepository;
}

/// A database error.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database does not answer or is too busy. A later attempt may succeed.
    #[error("the database is unavailable: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The database answered something unexpected, such as a value that cannot be read.
    #[error("the database failed: {0}")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

/// How long a client is told to wait if the database is unavailable.
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

/// Which unique value another account has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The name.
    #[error("the name is taken")]
    Name,
    /// The address.
    #[error("the e-mail address is taken")]
    Email,
}

/// A conflict in a write that changes no unique value is a defect.
impl From<Conflict> for StoreError {
    fn from(conflict: Conflict) -> Self {
        Self::Failed(conflict.into())
    }
}

/// Why a write failed that may change a unique value. After a [`Conflict`] the transaction MUST be rolled back.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Another account has the value.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A write that changes no unique value can only fail with the database.
impl From<WriteError> for StoreError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Conflict(conflict) => conflict.into(),
            WriteError::Store(error) => error,
        }
    }
}

/// Why a unit of work ends without a commit.
#[derive(Debug)]
pub enum Abort<E> {
    /// The use case refuses.
    Refused(E),
    /// The database failed.
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

/// Units of work with typed results, over [`Store::run`].
pub trait StoreExt {
    /// Runs `work` and commits if it answers `Ok`; otherwise rolls back.
    ///
    /// # Errors
    /// The `E` with which the work refused, or the [`StoreError`] converted to an `E`.
    fn transact<T, E>(
        &self,
        work: impl Fn(&mut dyn Transaction) -> Result<T, Abort<E>> + Send + 'static,
    ) -> impl Future<Output = Result<T, E>> + Send
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static;

    /// Runs `work`. Writing does not compile:
    ///
    /// ```compile_fail
    /// # use azuma_domain::{ports::{Store, StoreError, StoreExt}, user::UserId};
    /// # async fn wrong(store: &dyn Store, id: UserId) -> Result<bool, StoreError> {
    /// store.read(move |reader| reader.users().delete(id)).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or fails.
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

/// Carries the result of the last run out of [`Store::run`], which cannot be generic.
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
    fn set(&self, result: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    }

    fn take(&self) -> Result<T, StoreError> {
        let result = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        result
            .ok_or_else(|| StoreError::Failed("the store answered without running the work".into()))
    }
}
