use std::sync::{Mutex, PoisonError};

use azuma_tests::postgres::Cluster;

/// Databases of the shared cluster that no test uses now. Making one takes longer than most behaviours do.
static FREE: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A Postgres database that a test has for itself. The next one gets it once this is dropped, unless the test failed
/// and may have left something running.
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

    /// Where it is.
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
