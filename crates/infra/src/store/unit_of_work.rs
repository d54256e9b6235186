//! One run of a unit of work, or of several together, on one connection: where it may write, begin, work, and commit or
//! roll back.

use std::any::Any;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use azuma_domain::ports::{Access, Decision, StoreError, Work};
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use tokio::time::Instant;

use super::connection::DbConnection;
use super::errors::classify;
use super::handover::Handover;
use super::pool::{Begin, Pooled, Serves};
use super::transaction::DieselTransaction;

/// A unit of work, and whether it may still commit.
pub(super) struct Unit {
    pub(super) access: Access,
    pub(super) work: Work,
    pub(super) handover: Arc<Handover>,
}

impl Unit {
    pub(super) fn new(access: Access, work: Work) -> Self {
        Self {
            access,
            work,
            handover: Arc::new(Handover::default()),
        }
    }
}

/// Runs it once. [`StoreError::Contended`] means that nothing happened and that it may be run again; every
/// other error is final.
pub(super) fn run_once(pooled: &mut Pooled, unit: &Unit) -> Result<(), StoreError> {
    match unit.access {
        Access::Read => read_once(pooled, &unit.work),
        Access::Write => write_once(pooled, unit),
    }
}

/// Without a transaction: each statement sees what was committed when it began, as it does inside of one under
/// Postgres's READ COMMITTED. To begin and to end one would be two more questions to a server that may be far away. SQLite
/// refuses a reader that writes, so that the tests, which run on both, find it.
///
/// Behind a pooler of transactions there is one, which says how long the statements may take.
fn read_once(pooled: &mut Pooled, work: &Work) -> Result<(), StoreError> {
    if let Begin::EachAnew(_) = pooled.begin {
        begin(pooled)?;
        let outcome = decide(&mut pooled.connection, work).map(drop);
        roll_back(&mut pooled.connection);
        return outcome;
    }
    if let (Serves::Both, DbConnection::Sqlite(connection)) =
        (pooled.serves, &mut pooled.connection)
    {
        connection
            .batch_execute("PRAGMA query_only = ON")
            .map_err(|error| classify(false, error))?;
    }
    decide(&mut pooled.connection, work).map(drop)
}

fn write_once(pooled: &mut Pooled, unit: &Unit) -> Result<(), StoreError> {
    begin(pooled)?;
    let connection = &mut pooled.connection;
    match decide(connection, &unit.work) {
        Ok(Decision::Commit) if unit.handover.may_commit() => {
            // From here on its fate may be unknown, so no error leads to another run.
            commit(connection).map_err(CommitFailed::into)
        }
        Ok(Decision::Commit) => {
            roll_back(connection);
            Err(StoreError::Unavailable(GIVEN_UP_REASON.into()))
        }
        Ok(Decision::RollBack) => {
            roll_back(connection);
            Ok(())
        }
        Err(error) => {
            roll_back(connection);
            Err(error)
        }
    }
}

const GIVEN_UP_REASON: &str = "the unit of work took too long and was rolled back";

/// What came of units of work in one transaction.
pub(super) enum Together {
    /// All of it happened, but for what was given up before it began.
    Committed,
    /// Nothing happened: one of them would not commit, or nothing could begin. They may be run again.
    Nothing,
    /// The fate of all is the same, and unknown.
    Unknown(CommitFailed),
}

/// Runs units of work that write once, one after the other, in one transaction, which they join for so long. Answers how
/// many of them it came to, at least one; the others are as they were.
pub(super) fn run_together(
    pooled: &mut Pooled,
    units: &[&Unit],
    join_for: Duration,
) -> (usize, Together) {
    if begin(pooled).is_err() {
        return (1, Together::Nothing);
    }
    let connection = &mut pooled.connection;
    let since = Instant::now();
    let mut came_to = 0;
    let mut ran = Vec::with_capacity(units.len());
    let mut all_commit = true;
    for unit in units {
        came_to += 1;
        if unit.handover.begin().is_some() {
            ran.push(unit);
            all_commit = matches!(decide(connection, &unit.work), Ok(Decision::Commit));
        }
        if !all_commit || since.elapsed() >= join_for {
            break;
        }
    }
    // Where one is given up that has begun, the time of those before it is up as well.
    if all_commit && ran.iter().all(|unit| unit.handover.may_commit()) {
        let committed = commit(connection);
        let together = committed.map_or_else(Together::Unknown, |()| Together::Committed);
        return (came_to, together);
    }
    roll_back(connection);
    (came_to, Together::Nothing)
}

fn commit(connection: &mut DbConnection) -> Result<(), CommitFailed> {
    DbConnection::commit_transaction(connection).map_err(CommitFailed::new)
}

/// A COMMIT that was sent and not answered well, or went into a file that nobody finds any more.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the commit failed, and may have happened: {0}")]
pub(super) struct CommitFailed(#[source] Arc<dyn Error + Send + Sync>);

impl CommitFailed {
    pub(super) fn new(error: impl Error + Send + Sync + 'static) -> Self {
        Self(Arc::new(error))
    }
}

impl From<CommitFailed> for StoreError {
    fn from(failed: CommitFailed) -> Self {
        Self::Unavailable(Box::new(failed))
    }
}

/// Asks the work, and adds the invalidations it calls for. Its panic is a failure like any other here, so that the connection survives.
fn decide(connection: &mut DbConnection, work: &Work) -> Result<Decision, StoreError> {
    let mut transaction = DieselTransaction::new(connection);
    let decision = catch_unwind(AssertUnwindSafe(|| work(&mut transaction)))
        .unwrap_or_else(|panic| Err(StoreError::Failed(panic_message(&*panic).into())))?;
    if decision == Decision::Commit {
        if transaction.has_failed() {
            return Err(StoreError::Failed(
                "the unit of work wants to commit after a statement of it failed".into(),
            ));
        }
        transaction.add_invalidations()?;
    }
    Ok(decision)
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let said = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!(
        "the unit of work panicked: {}",
        said.unwrap_or("it said nothing")
    )
}

fn begin(pooled: &mut Pooled) -> Result<(), StoreError> {
    let is_postgres = pooled.connection.is_postgres();
    let begin = match (&pooled.begin, pooled.serves) {
        (Begin::Postgres, _) => "BEGIN",
        (Begin::EachAnew(begin), _) => begin,
        (Begin::Sqlite, Serves::Both) => "PRAGMA query_only = OFF; BEGIN IMMEDIATE",
        (Begin::Sqlite, Serves::Readers | Serves::Writers) => "BEGIN IMMEDIATE",
    };
    let begun = match &mut pooled.connection {
        DbConnection::Postgres(connection) => {
            AnsiTransactionManager::begin_transaction_sql(connection, begin)
        }
        DbConnection::Sqlite(connection) => {
            AnsiTransactionManager::begin_transaction_sql(connection, begin)
        }
    };
    begun.map_err(|error| classify(is_postgres, error))
}

/// Where this fails the database has rolled back by itself, or will when the pool drops the connection.
fn roll_back(connection: &mut DbConnection) {
    if let Err(error) = DbConnection::rollback_transaction(connection) {
        tracing::debug!(%error, "a rollback failed");
    }
}
