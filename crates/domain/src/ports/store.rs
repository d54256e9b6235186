//! A database, and the repositories in it.

use super::{
    AuditReader, AuditRepository, BoxFuture, FactorReader, FactorRepository, InvalidationReader,
    InvalidationRepository, InviteReader, InviteRepository, KnownClientReader,
    KnownClientRepository, LinkReader, LinkRepository, OutboxReader, OutboxRepository,
    RecoveryRepository, ServiceReader, ServiceRepository, SessionReader, SessionRepository,
    StoreError, UserReader, UserRepository,
};
use crate::Timestamp;

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
    /// Work that only reads. Each call of a repository sees what was committed at the time of the call, so two calls
    /// may see different states.
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
    /// Runs a unit of work. Services call [`transact`](super::StoreExt::transact) and [`read`](super::StoreExt::read)
    /// instead.
    ///
    /// # Errors
    /// The [`StoreError`] of the work. [`StoreError::Unavailable`] if no connection is free in time, or the database
    /// cannot be reached or stays too busy; [`StoreError::Failed`] if the database fails or the work panics. Nothing is
    /// changed then, unless the error came after the commit was sent.
    fn run(&self, work: Work) -> BoxFuture<'_, Result<(), StoreError>>;
}

/// How the schema of a database compares with the one that this release knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// This release can work with it.
    Current,
    /// It lacks a migration of this release.
    Behind,
    /// A later release has changed it so that this release cannot work with it.
    Ahead,
    /// It is closed: everything was copied to another database, which servers use instead.
    Moved,
}

/// The repositories, to read from.
pub trait Reader {
    /// Accounts.
    fn users(&mut self) -> &mut dyn UserReader;
    /// Sessions and their tokens.
    fn sessions(&mut self) -> &mut dyn SessionReader;
    /// Networks that users have logged in from.
    fn known_clients(&mut self) -> &mut dyn KnownClientReader;
    /// Second factors.
    fn factors(&mut self) -> &mut dyn FactorReader;
    /// Mailed links.
    fn links(&mut self) -> &mut dyn LinkReader;
    /// Invitations to register.
    fn invites(&mut self) -> &mut dyn InviteReader;
    /// Services.
    fn services(&mut self) -> &mut dyn ServiceReader;
    /// Messages to be sent.
    fn outbox(&mut self) -> &mut dyn OutboxReader;
    /// Invalidations of what nodes cache.
    fn invalidations(&mut self) -> &mut dyn InvalidationReader;
    /// The audit trail.
    fn audit(&mut self) -> &mut dyn AuditReader;
    /// The time by the database's own clock; `None` if the database uses the clock of this machine.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn clock(&mut self) -> Result<Option<Timestamp>, StoreError>;
    /// How the schema compares with the one of this release.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn schema(&mut self) -> Result<Schema, StoreError>;
}

/// The repositories, all inside one transaction. After a method has failed because the database cannot be reached,
/// because it refuses a statement or because of a [`Conflict`](super::Conflict), the transaction MUST NOT be committed.
pub trait Transaction {
    /// The same repositories, without their methods that write.
    fn reader(&mut self) -> &mut dyn Reader;
    /// Accounts.
    fn users(&mut self) -> &mut dyn UserRepository;
    /// Sessions and their tokens.
    fn sessions(&mut self) -> &mut dyn SessionRepository;
    /// Networks that users have logged in from.
    fn known_clients(&mut self) -> &mut dyn KnownClientRepository;
    /// Second factors.
    fn factors(&mut self) -> &mut dyn FactorRepository;
    /// Mailed links.
    fn links(&mut self) -> &mut dyn LinkRepository;
    /// Invitations to register.
    fn invites(&mut self) -> &mut dyn InviteRepository;
    /// Services.
    fn services(&mut self) -> &mut dyn ServiceRepository;
    /// Requests to recover an account.
    fn recoveries(&mut self) -> &mut dyn RecoveryRepository;
    /// Messages to be sent.
    fn outbox(&mut self) -> &mut dyn OutboxRepository;
    /// Invalidations of what nodes cache.
    fn invalidations(&mut self) -> &mut dyn InvalidationRepository;
    /// The audit trail.
    fn audit(&mut self) -> &mut dyn AuditRepository;
}
