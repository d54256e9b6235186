//! `azuma key status`.

use std::error::Error;
use std::fmt::Write;

use azuma_domain::services::{KeyStatus, KeyUses};
use serde::Serialize;

use crate::commands::output::{Form, json, or_dash, print, say};
use crate::config::Config;
use crate::wiring;

const HEAD: &str = "KEY               ROLE      SESSIONS    REPLACED    LINKS       FACTORS     LAST OF THEM ENDS\n";

/// What a key has derived, for programs.
#[derive(Serialize)]
struct Row<'a> {
    /// The fingerprint; none if this node does not know the key.
    key: Option<&'a str>,
    role: &'static str,
    sessions: u64,
    replaced: u64,
    links: u64,
    factors: u64,
    last_end: Option<String>,
}

/// Prints what each key has derived.
pub async fn show(config: &Config, form: Form) -> Result<(), Box<dyn Error>> {
    let status = wiring::key_admin(config)?.status().await?;
    let text = match form {
        Form::Text => table(&status),
        Form::Json => lines(&status)?,
    };
    print(&text)?;
    if status.unreadable > 0 {
        let count = status.unreadable;
        say(&format!(
            "sessions that a later release wrote are not counted: {count}"
        ));
    }
    Ok(())
}

/// The table.
pub fn table(status: &KeyStatus) -> String {
    let mut text = HEAD.to_owned();
    for row in rows(status) {
        let _ = writeln!(
            text,
            "{:<16}  {:<8}  {:<10}  {:<10}  {:<10}  {:<10}  {}",
            row.key.unwrap_or("-"),
            row.role,
            row.sessions,
            row.replaced,
            row.links,
            row.factors,
            or_dash(row.last_end),
        );
    }
    text
}

fn lines(status: &KeyStatus) -> Result<String, serde_json::Error> {
    let mut text = String::new();
    for row in rows(status) {
        text.push_str(&json(&row)?);
        text.push('\n');
    }
    Ok(text)
}

fn rows(status: &KeyStatus) -> impl Iterator<Item = Row<'_>> {
    let known = status.known.iter().enumerate();
    let known = known.map(|(place, (key, uses))| match place {
        0 => row(Some(key), "current", uses),
        _ => row(Some(key), "previous", uses),
    });
    known.chain([row(None, "unknown", &status.unknown)])
}

fn row<'a>(key: Option<&'a str>, role: &'static str, uses: &KeyUses) -> Row<'a> {
    Row {
        key,
        role,
        sessions: uses.sessions,
        replaced: uses.replaced,
        links: uses.links,
        factors: uses.factors,
        last_end: uses.last_end.map(|at| at.to_string()),
    }
}
