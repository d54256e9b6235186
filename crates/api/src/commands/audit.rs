//! `azuma audit`: prints the audit trail.

use std::error::Error;
use std::time::Duration;

use azuma_domain::Timestamp;
use azuma_domain::audit::{EventPosition, StoredEvent};
use azuma_domain::services::{AuditAdmin, Backlog, TrailReader};
use azuma_domain::user::UserId;
use tokio::time::sleep;

use super::output::{Readers, print_on, say};
use super::{Failure, runtime};
use crate::cli::{AuditQuery, Since};
use crate::config::Config;
use crate::events::{Form, line};
use crate::wiring;

/// How often new events are looked for.
const FOLLOW_EVERY: Duration = Duration::from_secs(1);

/// Prints the events.
pub fn run(config: &Config, query: AuditQuery) -> Result<(), Box<dyn Error>> {
    runtime()?.block_on(print_trail(&wiring::audit_admin(config)?, query))
}

async fn print_trail(trail: &AuditAdmin, query: AuditQuery) -> Result<(), Box<dyn Error>> {
    let form = match (query.json, query.ocsf) {
        (true, _) => Form::Json,
        (false, true) => Form::Ocsf,
        (false, false) => Form::Text,
    };
    let user_id = match (query.user, query.id) {
        (Some(user), _) => Some(trail.find_user(user).await.map_err(Failure::from)?),
        (None, id) => id.map(UserId::new),
    };
    let since = match query.since {
        None => EventPosition::before(Timestamp::from_micros(0)),
        Some(Since::Ago(span)) => trail.since(span),
        Some(Since::At(at)) => EventPosition::before(at),
    };
    let mut reader = TrailReader::new(user_id, since);
    let mut read = trail.read_on(&mut reader).await?;
    loop {
        let (events, backlog) = read;
        if print(&events, form)? == Readers::Gone {
            return Ok(());
        }
        read = match (backlog, query.follow) {
            (_, true) => next(trail, &mut reader, backlog).await,
            (Backlog::Left, false) => trail.read_on(&mut reader).await?,
            (Backlog::Empty, false) => return Ok(()),
        };
    }
}

/// Reads what is left or waits for what comes next, also for a database that cannot be reached for a while.
async fn next(
    trail: &AuditAdmin,
    reader: &mut TrailReader,
    backlog: Backlog,
) -> (Vec<StoredEvent>, Backlog) {
    loop {
        let read = match backlog {
            Backlog::Left => trail.read_on(reader).await,
            Backlog::Empty => {
                sleep(FOLLOW_EVERY).await;
                trail.follow(reader).await
            }
        };
        match read {
            Ok(read) => return read,
            Err(error) => say(&format!("{error}; trying again")),
        }
        sleep(FOLLOW_EVERY).await;
    }
}

/// Prints a page at once. What cannot be read is named on standard error.
fn print(events: &[StoredEvent], form: Form) -> Result<Readers, Box<dyn Error>> {
    let mut lines = String::new();
    for event in events {
        match event {
            Ok(event) => {
                lines.push_str(&line(event, form)?);
                lines.push('\n');
            }
            Err(unreadable) => {
                let EventPosition { at, id } = unreadable.position;
                say(&format!(
                    "event {id} of {at} was written by a later release"
                ));
            }
        }
    }
    Ok(print_on(&lines)?)
}
