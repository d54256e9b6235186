use std::sync::{Mutex, PoisonError};

use azuma_tests::postgres::Cluster;

/// Databases of the shared cluster that no test uses now. Making a database takes longer than most tests.
static FREE: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A Postgres database that a test has for itself. When it is dropped, another test may use it, unless this test
/// failed: something may still run on it then.
pub struct Database {
    url: String,
}

impl Database {
    /// A database without a table.
    pub fn fresh() -> Self {
        let used_before = FREE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let url = match used_before {
            Some(url) => {
                let name = url.rsplit('/').next().expect("a URL with a path");
                let script = "SET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public;";
                Cluster::shared().sql(name, script);
                url
            }
            None => Cluster::shared().create_database(),
        };
        Self { url }
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let url = std::mem::take(&mut self.url);
            FREE.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(url);
        }
    }
}
