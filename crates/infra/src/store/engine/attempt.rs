//! One run of a unit of work on one connection.

use std::any::Any;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};

use azuma_domain::mutants::Mutant;
use azuma_domain::ports::{Decision, Reader, StoreError, Transaction, Work};

use super::cancel::{CancelFlag, MayCommit};
use super::connection::DbConnection;
use super::fault::{Fault, meaning};
use super::pool::Pooled;
use crate::store::sql::repositories::Repositories;

/// Why a run had no outcome.
#[derive(Debug)]
pub(in crate::store) enum Stopped {
    /// Nothing was changed. The work may be run again.
    Retry(Fault),
    /// The error is final.
    Failed(StoreError),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl Stopped {
    fn by(connection: &DbConnection, error: diesel::result::Error) -> Self {
        match meaning(connection.backend(), &error).split(error) {
            (Some(fault), _) => Self::Retry(fault),
            (None, error) => Self::Failed(error),
        }
    }
}

/// Runs a unit of work once.
pub(super) fn attempt(
    pooled: &mut Pooled,
    work: &Work,
    cancel: &CancelFlag,
) -> Result<(), Stopped> {
    match work {
        Work::Read(work) => read(pooled, work),
        Work::Write(work) => write(pooled, work, cancel),
    }
}

/// Reads without a transaction, unless a pooler needs one. Each statement sees what was committed when the statement
/// began, as inside a transaction under Postgres's READ COMMITTED; BEGIN and COMMIT would add two round trips.
fn read(
    pooled: &mut Pooled,
    work: &dyn Fn(&mut dyn Reader) -> Result<(), StoreError>,
) -> Result<(), Stopped> {
    let begun = pooled.begin_read();
    let connection = &mut pooled.connection;
    begun.map_err(|error| Stopped::by(connection, error))?;
    let outcome = run(connection, |repositories| work(repositories));
    pooled.end_read();
    outcome
}

fn write(
    pooled: &mut Pooled,
    work: &dyn Fn(&mut dyn Transaction) -> Result<Decision, StoreError>,
    cancel: &CancelFlag,
) -> Result<(), Stopped> {
    let begun = pooled.begin_write();
    let connection = &mut pooled.connection;
    begun.map_err(|error| Stopped::by(connection, error))?;
    let decision = run(connection, |repositories| {
        let decision = work(repositories)?;
        if decision == Decision::Commit {
            repositories.prepare_commit()?;
        }
        Ok(decision)
    });
    match decision {
        Ok(Decision::Commit) if Mutant::CommitsAreForgotten.is_on() => {
            connection.roll_back();
            Ok(())
        }
        Ok(Decision::Commit) => match cancel.begin_commit() {
            MayCommit::Yes => Ok(commit(connection)?),
            MayCommit::No => {
                connection.roll_back();
                Err(StoreError::Unavailable(
                    "the transaction took too long and was rolled back".into(),
                )
                .into())
            }
        },
        Ok(Decision::RollBack) => {
            connection.roll_back();
            Ok(())
        }
        Err(stopped) => {
            connection.roll_back();
            Err(stopped)
        }
    }
}

/// Runs the work. If a statement had a fault, the run has that fault, even if the work ignored the error. A panic
/// becomes an error, so that the connection survives.
fn run<T>(
    connection: &mut DbConnection,
    work: impl FnOnce(&mut Repositories<'_>) -> Result<T, StoreError>,
) -> Result<T, Stopped> {
    let mut repositories = Repositories::new(connection);
    let outcome = catch_unwind(AssertUnwindSafe(|| work(&mut repositories)))
        .unwrap_or_else(|panic| Err(StoreError::Failed(panic_message(&*panic).into())));
    match repositories.into_fault() {
        Some(fault) => Err(Stopped::Retry(fault)),
        None => Ok(outcome?),
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!(
        "a database operation panicked: {}",
        message.unwrap_or("no message")
    )
}

/// Commits. The outcome of a failed COMMIT may be unknown, so the work is not run again after one.
fn commit(connection: &mut DbConnection) -> Result<(), StoreError> {
    connection
        .commit()
        .map_err(|error| StoreError::Unavailable(Box::new(CommitFailed(error.into()))))
}

/// COMMIT was sent, and the answer was an error or did not arrive.
#[derive(Debug, thiserror::Error)]
#[error("the commit failed, or the connection broke before the database confirmed it: {0}")]
struct CommitFailed(#[source] Box<dyn Error + Send + Sync>);
