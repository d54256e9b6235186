//! `azuma mail`: shows and manages the outbox.

use std::error::Error;
use std::future::Future;

use azuma_domain::mail::{Language, MailId, MailState, QueuedMail};
use azuma_domain::services::{OutboxAdmin, OutboxAdminError};
use azuma_domain::user::EmailAddress;
use serde::Serialize;
use uuid::Uuid;

use super::output::{Form, json, or_dash, say, shown};
use super::{Failure, print, runtime};
use crate::cli::MailTask;
use crate::config::Config;
use crate::wiring;

/// A message for programs.
#[derive(Serialize)]
struct Message<'a> {
    id: Uuid,
    state: &'static str,
    due_at: Option<String>,
    dead_at: Option<String>,
    kind: &'static str,
    language: &'static str,
    to: &'a str,
    user_id: Option<Uuid>,
    created_at: String,
    expires_at: String,
    retried: u32,
    last_failure: Option<&'a str>,
}

impl<'a> From<&'a QueuedMail> for Message<'a> {
    fn from(message: &'a QueuedMail) -> Self {
        let mail = &message.mail;
        let (state, due_at, dead_at) = match message.state {
            MailState::Due(at) => ("due", Some(at), None),
            MailState::Dead(at) => ("dead", None, Some(at)),
        };
        Self {
            id: mail.id.uuid(),
            state,
            due_at: due_at.map(|at| at.to_string()),
            dead_at: dead_at.map(|at| at.to_string()),
            kind: mail.kind.name(),
            language: mail.language.tag(),
            to: mail.to.as_str(),
            user_id: mail.user_id.map(|id| id.uuid()),
            created_at: mail.created_at.to_string(),
            expires_at: mail.expires_at.to_string(),
            retried: message.attempts,
            last_failure: message.last_failure.as_deref(),
        }
    }
}

/// Runs the task. A failure for one message does not stop the others.
pub fn run(config: &Config, task: MailTask) -> Result<(), Box<dyn Error>> {
    runtime()?.block_on(async {
        match task {
            MailTask::Test { address, language } => test(config, address, language).await,
            MailTask::List { limit, output } => {
                list(&wiring::outbox_admin(config)?, limit, output.into()).await
            }
            MailTask::Show { id, output } => {
                show(
                    &wiring::outbox_admin(config)?,
                    MailId::new(id),
                    output.into(),
                )
                .await
            }
            MailTask::Retry(letters) => {
                let outbox = wiring::outbox_admin(config)?;
                each(letters.ids, "will be sent", |id| outbox.retry(id)).await
            }
            MailTask::Discard(letters) => {
                let outbox = wiring::outbox_admin(config)?;
                each(letters.ids, "is discarded", |id| outbox.discard(id)).await
            }
        }
    })
}

async fn test(
    config: &Config,
    address: EmailAddress,
    language: Language,
) -> Result<(), Box<dyn Error>> {
    let test_mail = wiring::test_mail(config)?;
    let sent = test_mail.send(address.clone(), language).await;
    let accepted = sent.map_err(|error| {
        format!(
            "the message was not accepted: {}",
            shown(&error.to_string())
        )
    })?;
    let response = shown(&accepted.response);
    Ok(print(&format!(
        "the message to {address} was accepted: {response}\n"
    ))?)
}

async fn list(outbox: &OutboxAdmin, limit: u32, form: Form) -> Result<(), Box<dyn Error>> {
    let queued = outbox.list(limit).await?;
    for message in &queued {
        print(&format!("{}\n", line(message, form)?))?;
    }
    let more = format!("there may be more; --limit lists more than {limit}");
    let is_full = u32::try_from(queued.len()).is_ok_and(|count| count == limit);
    match (form, is_full) {
        (Form::Text, true) => print(&format!("{more}\n"))?,
        (Form::Json, true) => say(&more),
        (Form::Text, false) if queued.is_empty() => {
            print("nothing is waiting, and there are no dead letters\n")?;
        }
        (Form::Text | Form::Json, false) => {}
    }
    Ok(())
}

fn line(message: &QueuedMail, form: Form) -> Result<String, serde_json::Error> {
    let QueuedMail { mail, state, .. } = message;
    let (id, kind, to) = (mail.id, mail.kind.name(), &mail.to);
    let failure = or_dash(message.last_failure.as_deref().map(shown));
    match form {
        Form::Json => json(&Message::from(message)),
        Form::Text => Ok(format!(
            "{id}  {:<34}  {kind:<22}  {to}  {failure}",
            state_text(*state)
        )),
    }
}

async fn show(outbox: &OutboxAdmin, id: MailId, form: Form) -> Result<(), Box<dyn Error>> {
    let message = outbox.show(id).await.map_err(Failure::from)?;
    let text = match form {
        Form::Text => lines(message),
        Form::Json => format!("{}\n", json(&Message::from(&message))?),
    };
    Ok(print(&text)?)
}

fn lines(message: QueuedMail) -> String {
    let QueuedMail {
        mail,
        state,
        attempts,
        last_failure,
    } = message;
    let lines = [
        ("id", mail.id.to_string()),
        ("state", state_text(state)),
        ("kind", mail.kind.name().to_owned()),
        ("language", mail.language.tag().to_owned()),
        ("to", mail.to.to_string()),
        ("user", or_dash(mail.user_id)),
        ("created", mail.created_at.to_string()),
        ("expires", mail.expires_at.to_string()),
        ("retried", format!("{attempts} times")),
        ("last failure", or_dash(last_failure.as_deref().map(shown))),
    ];
    lines
        .map(|(name, value)| format!("{name:<13} {value}\n"))
        .concat()
}

async fn each<F: Future<Output = Result<(), OutboxAdminError>>>(
    ids: Vec<Uuid>,
    done: &str,
    work: impl Fn(MailId) -> F,
) -> Result<(), Box<dyn Error>> {
    let mut failures = Vec::new();
    for id in ids {
        match work(MailId::new(id)).await {
            // If the output for one message fails, the others are still handled.
            Ok(()) => failures.extend(print(&format!("{id} {done}\n")).err()),
            Err(error) => failures.push(format!("{id}: {error}")),
        }
    }
    match failures.is_empty() {
        true => Ok(()),
        false => Err(failures.join("; ").into()),
    }
}

fn state_text(state: MailState) -> String {
    match state {
        MailState::Due(at) => format!("due {at}"),
        MailState::Dead(at) => format!("dead {at}"),
    }
}
