//! `azuma doctor`: looks at what a server needs, and says what to do. It changes nothing, and sends no message.

mod database;
mod finding;
mod host;
mod key;
mod mail;
mod settings;
mod tls;

use std::error::Error;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::failure::Reason;
use super::output::{Form, json, print};
use super::{Failure, runtime};
use crate::config::Config;
use finding::{Finding, Subject};

/// How long a check may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A check that waits for the operating system or the database.
type Check = fn(&Config) -> Vec<Finding>;

/// Prints a line for each thing that was looked at.
///
/// # Errors
/// One sentence if there is an error among them.
pub fn run(config: Result<Config, Box<dyn Error>>, form: Form) -> Result<(), Box<dyn Error>> {
    let runtime = runtime()?;
    let errors = runtime.block_on(async {
        match config {
            Ok(config) => look(&config, form).await,
            Err(error) => {
                let found = Finding::error(
                    Subject::Configuration,
                    error.to_string(),
                    "change that setting; nothing else was looked at",
                );
                tell(&[found], form)
            }
        }
    });
    // A check that hangs is left behind.
    runtime.shutdown_background();
    match errors? {
        0 => Ok(()),
        errors => Err(Failure::new(Reason::Failed, format!("errors: {errors}")).into()),
    }
}

async fn look(config: &Config, form: Form) -> Result<usize, Box<dyn Error>> {
    let mut errors = tell(&settings::look(config), form)?;
    let checks: [(Subject, Check); 6] = [
        (Subject::Database, database::look),
        (Subject::Migrations, database::look_at_migrations),
        (Subject::Key, key::look),
        (Subject::Disk, host::look_at_disk),
        (Subject::Proxy, host::look_at_public_url),
        (Subject::Tls, tls::look),
    ];
    for (subject, check) in checks {
        errors += tell(&bounded(subject, check, config).await, form)?;
    }
    errors += tell(&mail::look(config).await, form)?;
    Ok(errors)
}

/// What a check finds within [`PATIENCE`].
async fn bounded(subject: Subject, check: Check, config: &Config) -> Vec<Finding> {
    let config = config.clone();
    let failure = match timeout(PATIENCE, spawn_blocking(move || check(&config))).await {
        Ok(Ok(findings)) => return findings,
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {PATIENCE:?}"),
    };
    vec![Finding::error(
        subject,
        failure,
        "look whether it is overloaded or unreachable",
    )]
}

/// Prints findings, and counts the errors among them.
fn tell(findings: &[Finding], form: Form) -> Result<usize, Box<dyn Error>> {
    for finding in findings {
        let line = match form {
            Form::Text => finding.to_string(),
            Form::Json => json(finding)?,
        };
        print(&format!("{line}\n"))?;
    }
    Ok(findings.iter().filter(|finding| finding.is_error()).count())
}
