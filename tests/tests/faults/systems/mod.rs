//! The servers that are tried, each with the parts around it that break.

mod clocks;
mod commands;
mod disk;
mod lost_commits;
mod pair;
mod patroni;
mod postgres;
mod postgres_disk;
mod releases;
mod smtp;
mod sqlite;
mod standby;
mod way;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use azuma_checker::history::Bounds;
use azuma_tests::server::Setup;
use fastrand::Rng;

use super::node::Node;
use super::strike::Strike;
pub use clocks::WithClocks;
pub use lost_commits::{Loss, OnForgetful};
pub use pair::Pair;
pub use patroni::OnPatroni;
pub use postgres::OnPostgres;
pub use postgres_disk::OnPostgresDisk;
pub use releases::OfTwoReleases;
pub use smtp::Smtp;
pub use sqlite::OnSqlite;
pub use standby::OnPair;

/// How many sessions a user may have: so few that log-ins revoke some.
pub const PER_USER: u32 = 6;

/// Servers over one database, and what around them breaks.
pub trait System: Send + Sync {
    /// The servers.
    fn nodes(&self) -> &[Arc<Node>];

    /// Their mail server.
    fn smtp(&self) -> &Smtp;

    /// Something that breaks, but for the mail server. The same `rng` gives the same.
    fn any_strike(&self, rng: &mut Rng) -> Strike;

    /// What the database answers, one row a line with `|` between its columns.
    ///
    /// # Errors
    ///
    /// Why it does not, while something is broken.
    fn try_ask(&self, script: &Script) -> Result<String, String>;

    /// What it may do that others must not.
    fn bounds(&self) -> Bounds {
        Bounds::default()
    }
}

/// The same question to each database.
pub struct Script {
    pub postgres: &'static str,
    pub sqlite: &'static str,
}

impl Script {
    /// One that both understand.
    pub const fn of_both(script: &'static str) -> Self {
        Self {
            postgres: script,
            sqlite: script,
        }
    }
}

/// Where the node of this number listens, or the next one that runs.
pub fn address(nodes: &[Arc<Node>], number: usize) -> Option<(usize, SocketAddr)> {
    (number..number + nodes.len())
        .map(|number| number % nodes.len())
        .find_map(|number| Some((number, nodes[number].address()?)))
}

/// How long links work that prove an address, and how long accounts wait.
pub const REGISTRATION_LIFETIME: Duration = Duration::from_secs(15);
/// How long links work that set a new password; no less can be configured.
pub const RECOVERY_LIFETIME: Duration = Duration::from_mins(1);

fn seconds(span: Duration) -> String {
    format!("{}s", span.as_secs())
}

/// The settings of every run.
fn settings(setup: Setup) -> Setup {
    setup
        .for_tests()
        // The next token is always due.
        .set("sessions.rotating.renew_within", "30d")
        // A session that loses its first use ends within a run.
        .set("sessions.sliding.first_use_within", "10s")
        .set("sessions.per_user", &PER_USER.to_string())
        // Some accounts and links lapse within a run.
        .set("registration.lifetime", &seconds(REGISTRATION_LIFETIME))
        .set("recovery.lifetime", &seconds(RECOVERY_LIFETIME))
}
