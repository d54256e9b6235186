//! `azuma audit`: prints the audit trail.

use std::error::Error;
use std::io::{ErrorKind, Write, stderr, stdout};
use std::time::Duration;

use azuma_domain::Timestamp;
use azuma_domain::audit::{EventPosition, StoredEvent};
use azuma_domain::services::{AuditAdmin, Backlog, TrailReader};
use azuma_domain::user::UserId;
use tokio::time::sleep;

use super::runtime;
use crate::cli::{AuditQuery, Since};
use crate::config::Config;
use crate::events::{Form, line};
use crate::wiring;

/// How often new events are looked for.
const FOLLOW_EVERY: Duration = Duration::from_secs(1);

/// Whether anybody still reads what is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Readers {
    Some,
    /// The pipe is closed, as in `azuma audit | head -1`.
    Gone,
}

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
        (Some(name), _) => Some(trail.find_user(name).await?),
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
            (Backlog::Left, _) => trail.read_on(&mut reader).await?,
            (Backlog::Empty, true) => next(trail, &mut reader).await,
            (Backlog::Empty, false) => return Ok(()),
        };
    }
}

/// Waits for what comes next, also for a database that cannot be reached for a while.
async fn next(trail: &AuditAdmin, reader: &mut TrailReader) -> (Vec<StoredEvent>, Backlog) {
    loop {
        sleep(FOLLOW_EVERY).await;
        match trail.follow(reader).await {
            Ok(read) => return read,
            Err(error) => say(&format!("azuma: {error}; trying again")),
        }
    }
}

/// Says something on standard error. If that fails, there is no other place for it.
fn say(text: &str) {
    let _ = writeln!(stderr(), "{text}");
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
                    "azuma: event {id} of {at} was written by a later release"
                ));
            }
        }
    }
    let mut out = stdout().lock();
    match out.write_all(lines.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(Readers::Some),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Readers::Gone),
        Err(error) => Err(format!("standard output cannot be written: {error}").into()),
    }
}
