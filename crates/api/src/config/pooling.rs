//! What stands between this server and Postgres.

use serde::{Deserialize, Serialize};

/// `database.pooling`: how long a connection to Postgres stays with one session of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", rename_all = "lowercase")]
pub enum Pooling {
    /// As long as it is open.
    Session,
    /// For a transaction.
    Transaction,
}

impl TryFrom<String> for Pooling {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "session" => Ok(Self::Session),
            "transaction" => Ok(Self::Transaction),
            _ => Err(format!(
                "must be `session` or `transaction`, and is {text:?}"
            )),
        }
    }
}
