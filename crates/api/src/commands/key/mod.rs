//! `azuma key`: shows what the secret keys have derived, and replaces them.

mod rotate;
mod status;

use std::error::Error;

use super::runtime;
use crate::cli::KeyTask;
use crate::config::Config;

/// Runs the task.
pub fn run(config: &Config, task: &KeyTask) -> Result<(), Box<dyn Error>> {
    runtime()?.block_on(async {
        match task {
            KeyTask::Status(output) => status::show(config, (*output).into()).await,
            KeyTask::Rotate(task) => rotate::run(config, task).await,
        }
    })
}
