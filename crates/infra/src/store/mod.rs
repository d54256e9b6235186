//! The domain's [`Store`] on Postgres and SQLite.
//!
//! | room | holds |
//! |---|---|
//! | `engine` | connections, and how a unit of work runs on one: a permit, a blocking thread, attempts, an outcome |
//! | `sql` | a file or a folder for each table: its rows and its queries |

mod engine;
mod sql;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use azuma_domain::ports::{BoxFuture, Store, StoreError, Work};

use engine::executor::Executor;
use engine::pooler;
use engine::sqlite_file::SqliteFile;

pub use engine::migrate::{MigrateError, is_up_to_date, migrate};
pub use engine::open_error::OpenError;
pub use engine::pool::PoolOptions;
pub use engine::pooler::{InvalidPooling, Pooling};
pub use engine::url::{DatabaseUrl, InvalidDatabaseUrl};
pub use engine::waiting::wait_for_database;

/// A [`Store`] on Postgres or SQLite. Clones share their connections.
#[derive(Clone)]
pub struct DieselStore {
    url: DatabaseUrl,
    /// The file of an SQLite database.
    file: Option<Arc<SqliteFile>>,
    executor: Arc<Executor>,
}

impl DieselStore {
    /// Connects. It makes no tables: [`migrate`] does, and is called first. A database in memory alone comes with its
    /// tables, and is gone with the store. Blocks for some seconds at the most.
    ///
    /// # Errors
    /// [`OpenError`] where the first connection cannot be made, or a pooler shares sessions out.
    pub fn open(url: &DatabaseUrl, options: PoolOptions) -> Result<Self, OpenError> {
        if options.pooling == Pooling::Session {
            pooler::expect_sessions(url, options.limit)?;
        }
        let file = url.sqlite_path().map(SqliteFile::at).map(Arc::new);
        Self::open_file(url, file, options)
    }

    /// Connects once more to the same database, with connections of its own. Both stores notice when an SQLite file goes
    /// away, and one of them logs it. Blocks as [`open`](Self::open) does.
    ///
    /// # Errors
    /// [`OpenError`] where the first connection cannot be made.
    pub fn open_another(&self, options: PoolOptions) -> Result<Self, OpenError> {
        Self::open_file(&self.url, self.file.clone(), options)
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
