//! One run of a unit of work on one connection: where it may write, begin, work, and commit or roll back.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU8, Ordering};

use azuma_domain::ports::{Access, Decision, StoreError, Work};
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};

use super::connection::DbConnection;
use super::errors::classify;
use super::pool::{Pooled, Serves};
use super::transaction::DieselTransaction;

/// Settles between the one who waits for a unit of work and the thread that runs it whether it may still commit.
/// Once the one has given up, the other commits no more.
pub(super) struct Handover(AtomicU8);

const RUNNING: u8 = 0;
const COMMITTING: u8 = 1;
const GIVEN_UP: u8 = 2;

impl Handover {
    pub(super) fn new() -> Self {
        Self(AtomicU8::new(RUNNING))
    }

    /// Gives up; answers whether that was in time to prevent the commit.
    pub(super) fn give_up(&self) -> bool {
        self.leave_running_for(GIVEN_UP)
    }

    pub(super) fn was_given_up(&self) -> bool {
        self.0.load(Ordering::Acquire) == GIVEN_UP
    }

    fn may_commit(&self) -> bool {
        self.leave_running_for(COMMITTING)
    }

    fn leave_running_for(&self, state: u8) -> bool {
        self.0
            .compare_exchange(RUNNING, state, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }
}

/// Runs `work` once. [`StoreError::Contended`] means that nothing happened and that it may be run again; every
/// other error is final.
pub(super) fn run_once(
    pooled: &mut Pooled,
    access: Access,
    work: &Work,
    handover: &Handover,
) -> Result<(), StoreError> {
    match access {
        Access::Read => read_once(pooled, work),
        Access::Write => write_once(pooled, work, handover),
    }
}

/// Without a transaction: each statement sees what was committed when it began, as it does inside of one under
/// Postgres's READ COMMITTED. To begin and to end one would be two more questions to a server that may be far away. SQLite
/// refuses a reader that writes, so that the tests, which run on both, find it.
fn read_once(pooled: &mut Pooled, work: &Work) -> Result<(), StoreError> {
    if let (Serves::Both, DbConnection::Sqlite(connection)) =
        (pooled.serves, &mut pooled.connection)
    {
        connection
            .batch_execute("PRAGMA query_only = ON")
            .map_err(|error| classify(false, error))?;
    }
    decide(&mut pooled.connection, work).map(drop)
}

fn write_once(pooled: &mut Pooled, work: &Work, handover: &Handover) -> Result<(), StoreError> {
    begin(pooled)?;
    let connection = &mut pooled.connection;
    match decide(connection, work) {
        Ok(Decision::Commit) if handover.may_commit() => {
            // From here on its fate may be unknown, so no error leads to another run.
            DbConnection::commit_transaction(connection)
                .map_err(|error| StoreError::Unavailable(Box::new(CommitFailed(error))))
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

/// A COMMIT that was sent and not answered well.
#[derive(Debug, thiserror::Error)]
#[error("the commit failed, and may have happened: {0}")]
struct CommitFailed(#[source] diesel::result::Error);

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

/// SQLite's lock is taken at once: a transaction that began to read could not take it later.
fn begin(pooled: &mut Pooled) -> Result<(), StoreError> {
    let is_postgres = pooled.connection.is_postgres();
    let begun = match &mut pooled.connection {
        DbConnection::Postgres(connection) => {
            AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN")
        }
        DbConnection::Sqlite(connection) => {
            let begin = match pooled.serves {
                Serves::Both => "PRAGMA query_only = OFF; BEGIN IMMEDIATE",
                Serves::Readers | Serves::Writers => "BEGIN IMMEDIATE",
            };
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
