//! `azuma import`: takes users of other systems.

use std::error::Error;

use azuma_domain::ports::{SourcePlace, UserSource};
use azuma_domain::services::{
    ImportFate, ImportMode, ImportRun, ImportTally, ImportedEntry, Likeness,
};
use serde::Serialize;

use super::failure::{Failure, Reason};
use super::output::{Form, Readers, json, print, print_on, say, shown};
use super::runtime;
use crate::cli::ImportTask;
use crate::config::Config;
use crate::wiring;

/// How many users are written in one transaction.
const PAGE: usize = 200;
/// After how many users the progress is told.
const TOLD_EVERY: u64 = 10_000;

/// Imports.
pub fn run(config: &Config, task: &ImportTask) -> Result<(), Box<dyn Error>> {
    let form = Form::from(task.output);
    let mode = match task.dry_run {
        true => ImportMode::DryRun,
        false => ImportMode::Write,
    };
    let import = wiring::user_import(config)?;
    let source = wiring::user_source(task.from, &task.source)?;
    let mut run = import.begin(mode);
    let outcome = runtime()?.block_on(take_all(source, &mut run, form));
    let tally = run.tally();
    outcome.map_err(|error| {
        format!(
            "the import stopped, and may be run again: {error} (taken: {}, already there: {}, refused: {})",
            tally.taken, tally.already_there, tally.refused
        )
    })?;
    print(&summary(tally, mode, form)?)?;
    match tally.refused {
        0 => Ok(()),
        refused => Err(Failure::new(
            Reason::Refused,
            format!("refused users: {refused}; standard output says why"),
        )
        .into()),
    }
}

async fn take_all(
    mut source: Box<dyn UserSource>,
    run: &mut ImportRun,
    form: Form,
) -> Result<(), Box<dyn Error>> {
    // Where nobody reads what is printed, the import goes on.
    let mut readers = Readers::Some;
    loop {
        let page = source.read(PAGE)?;
        if page.is_empty() {
            return Ok(());
        }
        let before = run.tally().total();
        for entry in run.take(page).await? {
            if readers == Readers::Some
                && let Some(line) = told(&entry, form)?
            {
                readers = print_on(&line)?;
            }
        }
        let total = run.tally().total();
        if before / TOLD_EVERY < total / TOLD_EVERY {
            say(&format!("{total} users so far"));
        }
    }
}

/// An entry on a line of JSON.
#[derive(Serialize)]
struct EntryLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    fate: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// The counts on a line of JSON.
#[derive(Serialize)]
struct TallyLine {
    taken: u64,
    already_there: u64,
    refused: u64,
    dry_run: bool,
}

/// The line about an entry; `None` if there is nothing to tell.
fn told(entry: &ImportedEntry, form: Form) -> Result<Option<String>, serde_json::Error> {
    let (fate, reason, detail) = match &entry.fate {
        ImportFate::Taken | ImportFate::AlreadyThere(Likeness::SameName) => return Ok(None),
        ImportFate::AlreadyThere(Likeness::OtherName) => ("already_there", None, None),
        ImportFate::Refused(refusal) => {
            let detail = refusal.to_string();
            ("refused", Some(refusal.name()), Some(detail))
        }
    };
    let name = entry.name.as_ref().map(|name| name.as_str());
    Ok(Some(match form {
        Form::Json => {
            let (line, user) = match entry.place {
                SourcePlace::Line(number) => (Some(number), None),
                SourcePlace::Row(id) => (None, Some(id.to_string())),
            };
            let line = EntryLine {
                line,
                user,
                name,
                fate,
                reason,
                detail,
            };
            format!("{}\n", json(&line)?)
        }
        Form::Text => {
            let name = name
                .map(|name| format!(" ({})", shown(name)))
                .unwrap_or_default();
            let what = match detail {
                Some(detail) => format!("refused: {detail}"),
                None => "already there, under another name".to_owned(),
            };
            format!("{}{name}: {what}\n", entry.place)
        }
    }))
}

fn summary(tally: ImportTally, mode: ImportMode, form: Form) -> Result<String, serde_json::Error> {
    let ImportTally {
        taken,
        already_there,
        refused,
    } = tally;
    Ok(match (form, mode) {
        (Form::Json, _) => {
            let line = TallyLine {
                taken,
                already_there,
                refused,
                dry_run: mode == ImportMode::DryRun,
            };
            format!("{}\n", json(&line)?)
        }
        (Form::Text, ImportMode::Write) => format!(
            "taken          {taken:>10}\nalready there  {already_there:>10}\nrefused        {refused:>10}\n"
        ),
        (Form::Text, ImportMode::DryRun) => format!(
            "would be taken {taken:>10}\nalready there  {already_there:>10}\nwould be refused {refused:>8}\n\
             nothing was written\n"
        ),
    })
}
