//! Copies of a database in another one.

use std::error::Error;

use azuma_infra::secret_key_file::KEY_FILE;
use azuma_infra::store::{DatabaseUrl, transfer};
pub use azuma_infra::store::{Progress, Stage};

use crate::cli::CopyTask;

/// A database that was copied, and what its operator must carry over beside it.
pub struct CopiedDatabase {
    /// Each table, and how many rows it has.
    pub tables: Vec<(&'static str, u64)>,
    /// Tables of the source that are not Azuma's.
    pub left: Vec<String>,
    /// What is to be done with the secret key.
    pub key: String,
}

/// Copies a database.
pub fn copy_database(
    task: &CopyTask,
    tell: impl FnMut(Progress),
) -> Result<CopiedDatabase, Box<dyn Error>> {
    let from = url("--from", task.from.text())?;
    let to = url("--to", task.to.text())?;
    let copied = transfer(&from, &to, tell)?;
    Ok(CopiedDatabase {
        tables: (copied.tables.iter())
            .map(|table| (table.name, table.rows))
            .collect(),
        left: copied.left,
        key: carry_over(&from, &to),
    })
}

fn url(option: &str, text: &str) -> Result<DatabaseUrl, String> {
    DatabaseUrl::parse(text).map_err(|error| format!("`{option}` {error}"))
}

fn carry_over(from: &DatabaseUrl, to: &DatabaseUrl) -> String {
    let file_beside = |url: &DatabaseUrl| {
        let path = url.sqlite_path()?;
        Some(path.with_file_name(KEY_FILE))
    };
    let from = match file_beside(from) {
        Some(file) if file.exists() => format!("the key in {}", file.display()),
        Some(_) | None => "the `secret_key` that the source's servers had".to_owned(),
    };
    let to = match file_beside(to) {
        Some(file) => format!("as {}, or as `secret_key`", file.display()),
        None => "as `secret_key` (AZUMA_SECRET_KEY) of every node".to_owned(),
    };
    format!("{from} must be carried over {to}: without it everybody is logged out")
}
