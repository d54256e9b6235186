//! One run of a unit of work on one connection: begin, work, and commit or roll back.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU8, Ordering};

use azuma_domain::ports::{Access, Decision, StoreError, Work};
use diesel::QueryResult;
use diesel::connection::{AnsiTransactionManager, TransactionManager};

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
    let is_postgres = pooled.connection.is_postgres();
    begin(pooled, access).map_err(|error| classify(is_postgres, error))?;
    let connection = &mut pooled.connection;
    match decide(connection, work) {
        Ok(Decision::Commit) if access == Access::Read => {
            // There is nothing that could be lost; a connection that fails here is found broken by the pool.
            drop(DbConnection::commit_transaction(connection));
            Ok(())
        }
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

/// A writer takes SQLite's lock at once; one that began to read could not take it later. A reader may not write on
/// either database.
fn begin(pooled: &mut Pooled, access: Access) -> QueryResult<()> {
    match &mut pooled.connection {
        DbConnection::Postgres(connection) => {
            let begin = match access {
                Access::Read => "BEGIN READ ONLY",
                Access::Write => "BEGIN",
            };
            AnsiTransactionManager::begin_transaction_sql(connection, begin)
        }
        DbConnection::Sqlite(connection) => {
            let begin = match (pooled.serves, access) {
                (Serves::Both, Access::Read) => "PRAGMA query_only = ON; BEGIN",
                (Serves::Both, Access::Write) => "PRAGMA query_only = OFF; BEGIN IMMEDIATE",
                (Serves::Readers, _) => "BEGIN",
                (Serves::Writers, _) => "BEGIN IMMEDIATE",
            };
            AnsiTransactionManager::begin_transaction_sql(connection, begin)
        }
    }
}

/// Where this fails the database has rolled back by itself, or will when the pool drops the connection.
fn roll_back(connection: &mut DbConnection) {
    if let Err(error) = DbConnection::rollback_transaction(connection) {
        tracing::debug!(%error, "a rollback failed");
    }
}
