//! What the routes answer.

use std::fmt;

use azuma_domain::ports::Schema;
use azuma_domain::services::DatabaseHealth;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The answer of `/livez`.
#[derive(Serialize, ToSchema)]
pub struct Liveness {
    pub alive: bool,
}

/// The answer of `/readyz`, which `azuma health` reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Readiness {
    /// Whether all of the following is as it should be.
    pub ready: bool,
    pub database: Database,
    pub migrations: Migrations,
    pub server: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Database {
    Ok,
    Unavailable,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Migrations {
    Ok,
    /// The database lacks one of this release.
    Missing,
    /// A later release has made the schema one that this release cannot work with.
    Incompatible,
    /// The database was moved to another one, and is closed.
    Moved,
    /// The database does not say.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    #[serde(rename = "ok")]
    Serving,
    Stopping,
}

impl Readiness {
    pub fn of(health: DatabaseHealth, server: Phase) -> Self {
        let (database, migrations) = match health {
            DatabaseHealth::Answers(schema) => (Database::Ok, migrations(schema)),
            DatabaseHealth::Silent => (Database::Unavailable, Migrations::Unknown),
        };
        let ready =
            (database, migrations, server) == (Database::Ok, Migrations::Ok, Phase::Serving);
        Self {
            ready,
            database,
            migrations,
            server,
        }
    }
}

fn migrations(schema: Schema) -> Migrations {
    match schema {
        Schema::Current => Migrations::Ok,
        Schema::Behind => Migrations::Missing,
        Schema::Ahead => Migrations::Incompatible,
        Schema::Moved => Migrations::Moved,
    }
}

/// The first reason why the server is not ready.
impl fmt::Display for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.server, self.database, self.migrations) {
            (Phase::Stopping, _, _) => "the server is stopping",
            (Phase::Serving, Database::Unavailable, _) => "the database does not answer",
            (Phase::Serving, Database::Ok, Migrations::Missing) => {
                "the database lacks migrations of this version"
            }
            (Phase::Serving, Database::Ok, Migrations::Incompatible) => {
                "a later version has migrated the database, and this version cannot work with it"
            }
            (Phase::Serving, Database::Ok, Migrations::Moved) => {
                "the database was moved to another one, and is closed"
            }
            (Phase::Serving, Database::Ok, Migrations::Unknown) => {
                "the schema of the database is unknown"
            }
            (Phase::Serving, Database::Ok, Migrations::Ok) => "ready",
        })
    }
}
