//! Copies of a database in another one.

use std::error::Error;
use std::time::Duration;

use azuma_infra::secret_key_file::KEY_FILE;
use azuma_infra::store::{
    CopiedTable, DatabaseUrl, LiveCopy, Moved, abandon, transfer, transfer_live,
};
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

/// How a copy ended.
pub enum Copy {
    /// Everything was copied while no server ran.
    Offline(CopiedDatabase),
    /// Everything was copied while servers ran, and the source is closed.
    Live {
        /// What was copied.
        copied: CopiedDatabase,
        /// How many rows were copied again, because they changed meanwhile.
        followed: u64,
        /// How long servers could not write before the source was closed.
        stood: Duration,
    },
    /// An earlier call had closed the source, and this one has opened the copy.
    Opened {
        /// What is to be done with the secret key.
        key: String,
    },
    /// A live copy was given up.
    Abandoned,
}

/// Copies a database, or gives up doing so.
pub fn copy_database(task: &CopyTask, tell: impl FnMut(Progress)) -> Result<Copy, Box<dyn Error>> {
    let from = url("--from", task.from.text())?;
    let Some(to) = &task.to else {
        abandon(&from)?;
        return Ok(Copy::Abandoned);
    };
    let to = url("--to", to.text())?;
    let key = carry_over(&from, &to);
    if !task.live {
        let copied = transfer(&from, &to, tell)?;
        let copied = copied_database(&copied.tables, copied.left, key);
        return Ok(Copy::Offline(copied));
    }
    Ok(match transfer_live(&from, &to, tell)? {
        LiveCopy::Opened => Copy::Opened { key },
        LiveCopy::Moved(Moved {
            tables,
            followed,
            stood,
            left,
        }) => Copy::Live {
            copied: copied_database(&tables, left, key),
            followed,
            stood,
        },
    })
}

fn copied_database(tables: &[CopiedTable], left: Vec<String>, key: String) -> CopiedDatabase {
    CopiedDatabase {
        tables: tables
            .iter()
            .map(|table| (table.name, table.rows))
            .collect(),
        left,
        key,
    }
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
