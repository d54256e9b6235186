//! `azuma mail`: shows and manages the outbox.

use std::error::Error;
use std::future::Future;

use azuma_domain::mail::{Language, MailId, MailState, QueuedMail};
use azuma_domain::services::{OutboxAdmin, OutboxAdminError};
use azuma_domain::user::EmailAddress;
use uuid::Uuid;

use super::{print, runtime};
use crate::cli::MailTask;
use crate::config::Config;
use crate::wiring;

/// Runs the task. A failure for one message does not stop the others.
pub fn run(config: &Config, task: MailTask) -> Result<(), Box<dyn Error>> {
    runtime()?.block_on(async {
        match task {
            MailTask::Test { address, language } => test(config, address, language).await,
            MailTask::List { limit } => list(&wiring::outbox_admin(config)?, limit).await,
            MailTask::Show { id } => show(&wiring::outbox_admin(config)?, MailId::new(id)).await,
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
    let accepted = sent.map_err(|error| format!("the message was not accepted: {error}"))?;
    let response = accepted.response;
    Ok(print(&format!(
        "the message to {address} was accepted: {response}\n"
    ))?)
}

async fn list(outbox: &OutboxAdmin, limit: u32) -> Result<(), Box<dyn Error>> {
    let queued = outbox.list(limit).await?;
    for message in &queued {
        let QueuedMail { mail, state, .. } = message;
        let (id, kind, to) = (mail.id, mail.kind.name(), &mail.to);
        let failure = message.last_failure.as_deref().unwrap_or("-");
        print(&format!(
            "{id}  {:<34}  {kind:<22}  {to}  {failure}\n",
            state_text(*state)
        ))?;
    }
    if u32::try_from(queued.len()).is_ok_and(|count| count == limit) {
        print(&format!(
            "there may be more; --limit lists more than {limit}\n"
        ))?;
    }
    if queued.is_empty() {
        print("nothing is waiting, and there are no dead letters\n")?;
    }
    Ok(())
}

async fn show(outbox: &OutboxAdmin, id: MailId) -> Result<(), Box<dyn Error>> {
    let QueuedMail {
        mail,
        state,
        attempts,
        last_failure,
    } = outbox.show(id).await?;
    let user = mail
        .user_id
        .map_or("-".to_owned(), |id| id.uuid().to_string());
    for (name, value) in [
        ("id", mail.id.to_string()),
        ("state", state_text(state)),
        ("kind", mail.kind.name().to_owned()),
        ("language", mail.language.tag().to_owned()),
        ("to", mail.to.to_string()),
        ("user", user),
        ("created", mail.created_at.to_string()),
        ("expires", mail.expires_at.to_string()),
        ("retried", format!("{attempts} times")),
        ("last failure", last_failure.unwrap_or("-".to_owned())),
    ] {
        print(&format!("{name:<13} {value}\n"))?;
    }
    Ok(())
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
