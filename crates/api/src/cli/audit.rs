//! `azuma audit`.

use std::time::{Duration, UNIX_EPOCH};

use azuma_domain::Timestamp;
use azuma_domain::services::AccountKey;
use clap::Args;
use uuid::Uuid;

/// Which events of the audit trail to print, and how. It works with and without a running server.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct AuditQuery {
    /// Only events of the account with this name, proved e-mail address or id
    #[arg(long, value_name = "USER", value_parser = AccountKey::parse, conflicts_with = "id")]
    pub user: Option<AccountKey>,
    /// Only events of the account with this id, which may be deleted
    #[arg(long)]
    pub id: Option<Uuid>,
    /// Only events since then: a duration before now, or a time in UTC; else all that are kept
    #[arg(long, value_name = "2d|TIME", value_parser = since)]
    pub since: Option<Since>,
    /// Go on with events as they are written, until interrupted
    #[arg(long)]
    pub follow: bool,
    /// Print a JSON object a line
    #[arg(long, conflicts_with = "ocsf")]
    pub json: bool,
    /// Print a JSON object a line, of the classes of OCSF
    #[arg(long)]
    pub ocsf: bool,
}

/// A moment on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// So long before now.
    Ago(Duration),
    /// Then.
    At(Timestamp),
}

fn since(text: &str) -> Result<Since, &'static str> {
    let ago = || humantime::parse_duration(text).ok().map(Since::Ago);
    let at = || {
        let at = humantime::parse_rfc3339(text).ok()?;
        let since_1970 = at.duration_since(UNIX_EPOCH).ok()?;
        Some(Since::At(Timestamp::from_micros(0).plus(since_1970)))
    };
    ago()
        .or_else(at)
        .ok_or("expected a duration such as `2d`, or a time such as `2026-11-28T08:00:00Z`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_duration_or_a_time_in_utc() {
        let at = Since::At(Timestamp::from_micros(1_616_942_380_063_095));
        assert_eq!(since("2d"), Ok(Since::Ago(Duration::from_hours(48))));
        assert_eq!(since("2021-03-28T14:39:40.063095Z"), Ok(at));
        for text in ["", "yesterday", "2021-03-28", "1969-12-31T23:59:59Z"] {
            assert!(since(text).is_err(), "{text}");
        }
    }
}
