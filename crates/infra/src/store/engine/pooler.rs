//! Connections to Postgres through a pooler, such as PgBouncer.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use diesel::connection::{CacheSize, SimpleConnection};
use diesel::dsl::sql;
use diesel::pg::PgConnection;
use diesel::sql_types::Integer;
use diesel::{Connection, QueryResult, RunQueryDsl};

use super::connection::DbConnection;
use super::open_error::OpenError;
use super::url::{DatabaseUrl, Location};

/// How long a connection to Postgres keeps one session of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// As long as the connection is open, because there is no pooler, or the pooler assigns a session for each
    /// connection. Statements stay prepared.
    Session,
    /// For one transaction: the next transaction may get another session, so nothing is left in a session.
    Transaction,
}

/// The text is not a [`Pooling`]. The error's text follows the name of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be `session` or `transaction`")]
pub struct InvalidPooling;

impl FromStr for Pooling {
    type Err = InvalidPooling;

    fn from_str(text: &str) -> Result<Self, InvalidPooling> {
        match text {
            "session" => Ok(Self::Session),
            "transaction" => Ok(Self::Transaction),
            _ => Err(InvalidPooling),
        }
    }
}

impl fmt::Display for Pooling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Session => "session",
            Self::Transaction => "transaction",
        })
    }
}

/// The order in which two connections ask for their session of the server. If a pooler shares sessions, one
/// connection sees two sessions, or both see the same.
const QUESTIONS: [usize; 12] = [0, 1, 1, 0, 0, 0, 1, 0, 1, 1, 0, 1];

impl Pooling {
    /// Sets up a new connection, on which a statement takes `limit` at most.
    pub(super) fn set_up(self, connection: &mut PgConnection, limit: Duration) -> QueryResult<()> {
        match self {
            Self::Session => connection.batch_execute(&limits("", limit)),
            Self::Transaction => {
                connection.set_prepared_statement_cache_size(CacheSize::Disabled);
                Ok(())
            }
        }
    }

    /// The statements that begin a transaction in which no statement takes longer than `limit`.
    pub(super) fn begin(self, limit: Duration) -> String {
        match self {
            Self::Session => "BEGIN".to_owned(),
            Self::Transaction => format!("BEGIN; {}", limits("LOCAL ", limit)),
        }
    }
}

/// The server cancels a statement after `limit`, so that a cancelled unit of work frees its connection. A transaction
/// that is idle (a paused process) is closed after twice `limit`, so that other nodes get its locks.
fn limits(scope: &str, limit: Duration) -> String {
    let millis = limit.as_millis();
    format!(
        "SET {scope}statement_timeout = {millis}; SET {scope}idle_in_transaction_session_timeout = {}",
        millis.saturating_mul(2)
    )
}

/// Checks that each connection keeps its session: asks two new connections in turn for their session. For SQLite it
/// does nothing.
///
/// # Errors
/// [`OpenError::SharedSessions`] if the connections do not keep a session each; another [`OpenError`] if one cannot
/// be opened.
pub(in crate::store) fn expect_sessions(
    url: &DatabaseUrl,
    limit: Duration,
) -> Result<(), OpenError> {
    let Location::Postgres(_) = url.location() else {
        return Ok(());
    };
    let connect = || DbConnection::open(url, Pooling::Transaction, limit);
    let mut pair = [connect()?, connect()?];
    match sessions_of(&mut pair) {
        Ok(Sessions::Kept) => Ok(()),
        Ok(Sessions::Shared) => Err(OpenError::SharedSessions {
            url: url.to_string(),
        }),
        Err(error) => Err(OpenError::refused(url, &error)),
    }
}

/// Whether each connection has a session of its own.
enum Sessions {
    Kept,
    Shared,
}

fn sessions_of(pair: &mut [DbConnection; 2]) -> QueryResult<Sessions> {
    let mut sessions: [Option<i32>; 2] = [None; 2];
    for asked in QUESTIONS {
        let (Some(connection), Some(known)) = (pair.get_mut(asked), sessions.get_mut(asked)) else {
            continue;
        };
        let session = diesel::select(sql::<Integer>("pg_backend_pid()")).get_result(connection)?;
        if *known.get_or_insert(session) != session {
            return Ok(Sessions::Shared);
        }
    }
    let [first, second] = sessions;
    Ok(match first == second {
        true => Sessions::Shared,
        false => Sessions::Kept,
    })
}
