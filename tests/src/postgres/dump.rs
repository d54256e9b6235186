//! Dumps of a database, as an operator makes them.

use std::path::{Path, PathBuf};

use super::{Cluster, INSTALLATION, database_of, expect_success};

impl Cluster {
    /// Dumps a database of this cluster with `pg_dump`, while servers use it.
    pub fn dump(&self, url: &str) -> PathBuf {
        let file = self.directory().join(format!("{}.dump", database_of(url)));
        let mut command = INSTALLATION.program("pg_dump");
        command.arg("--format=custom").arg("--file").arg(&file);
        expect_success(command.arg(url), "pg_dump");
        file
    }

    /// A new database with what a dump holds; its URL.
    pub fn restore(&self, dump: &Path) -> String {
        let url = self.create_database();
        let mut command = INSTALLATION.program("pg_restore");
        command.args(["--exit-on-error", "--no-owner", "--dbname", &url]);
        expect_success(command.arg(dump), "pg_restore");
        url
    }

    /// Gives the second database the URL of the first, under the servers that use it. The first gets another name.
    pub fn replace(&self, url: &str, by: &str) {
        let (name, other) = (database_of(url), database_of(by));
        self.sql(
            "postgres",
            &format!(
                "ALTER DATABASE {name} ALLOW_CONNECTIONS false; \
                 SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('{name}', '{other}');"
            ),
        );
        let rename = format!(
            "ALTER DATABASE {name} RENAME TO {name}_before;\nALTER DATABASE {other} RENAME TO {name};"
        );
        let deadline = crate::deadline::Deadline::in_seconds(20);
        // A connection that was ended may take a moment to go.
        while let Err(reason) = self.try_sql("postgres", &rename) {
            assert!(!deadline.is_over(), "{reason}");
            deadline.step_blocking();
        }
    }
}
