//! The domain's [`Store`] on Postgres and SQLite.
//!
//! | module | holds |
//! |---|---|
//! | `engine` | connections, and the execution of units of work |
//! | `transfer` | copies to another database |
//! | `sql` | a file or a folder for each table: its rows and its queries |

mod engine;
mod sql;
#[cfg(test)]
mod tests;
mod transfer;

use std::sync::Arc;

use azuma_domain::ports::{BoxFuture, Store, StoreError, Work};

use engine::executor::Executor;
use engine::pooler;
use engine::sqlite_file::SqliteFile;

pub(crate) use engine::connection::connect_to_another_system;
pub use engine::copy::CopyError;
pub(crate) use engine::copy::{Contents, copy, expect_known_schema, fold_log, inspect, size};
pub use engine::examine::{Examination, ServerExamination, examine, look};
pub use engine::executor::StoreLoad;
pub use engine::migrate::{is_up_to_date, migrate};
pub use engine::migrate_error::MigrateError;
pub use engine::open_error::OpenError;
pub use engine::plan::{MigrationPlan, MigrationState, PlannedMigration, Verdict, plan_migration};
pub use engine::pool::{Durability, PoolOptions};
pub use engine::pooler::{InvalidPooling, Pooling};
pub use engine::readiness::wait_for_database;
pub use engine::url::{DatabaseUrl, InvalidDatabaseUrl};
pub use transfer::{
    CopiedTable, LiveCopy, Moved, Progress, Stage, TransferError, Transferred, abandon,
    live_copy_target, transfer, transfer_live,
};

/// A [`Store`] on Postgres or SQLite. Clones share the same connections.
#[derive(Clone)]
pub struct DieselStore {
    url: DatabaseUrl,
    /// The file of an SQLite database.
    file: Option<Arc<SqliteFile>>,
    executor: Arc<Executor>,
}

impl DieselStore {
    /// Connects. Creates no tables: call [`migrate`] first. Only a database in memory is created with its tables, and
    /// is dropped with the store. Blocks for some seconds at most.
    ///
    /// # Errors
    /// [`OpenError`] if the first connection cannot be opened, or [`Pooling::Session`] is set and a pooler shares
    /// sessions.
    pub fn open(url: &DatabaseUrl, options: PoolOptions) -> Result<Self, OpenError> {
        if options.pooling == Pooling::Session {
            pooler::expect_sessions(url, options.timeout)?;
        }
        let file = url.sqlite_path().map(SqliteFile::at).map(Arc::new);
        Self::open_file(url, file, options)
    }

    /// Opens another store on the same database, with connections of its own. Both stores notice that an SQLite file
    /// was removed, and one of them logs it. Blocks for some seconds at most.
    ///
    /// # Errors
    /// [`OpenError`] if the first connection cannot be opened.
    pub fn open_another(&self, options: PoolOptions) -> Result<Self, OpenError> {
        Self::open_file(&self.url, self.file.clone(), options)
    }

    /// How much this store and its clones are used.
    #[must_use]
    pub fn load(&self) -> StoreLoad {
        self.executor.load()
    }

    fn open_file(
        url: &DatabaseUrl,
        file: Option<Arc<SqliteFile>>,
        options: PoolOptions,
    ) -> Result<Self, OpenError> {
        Ok(Self {
            url: url.clone(),
            file: file.clone(),
            executor: Arc::new(Executor::open(url, file, options)?),
        })
    }
}

impl Store for DieselStore {
    fn run(&self, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.executor.run(work))
    }
}
