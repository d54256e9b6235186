//! `azuma user`: accounts.

mod change;
mod create;
mod list;
mod view;

use std::error::Error;

use azuma_domain::services::AccountKey;
use azuma_domain::user::UserId;

use super::{print, runtime, session};
use crate::cli::{ChosenUser, UserTask};
use crate::config::Config;

/// Runs the task.
pub fn run(config: &Config, task: UserTask) -> Result<(), Box<dyn Error>> {
    runtime()?.block_on(run_task(config, task))
}

async fn run_task(config: &Config, task: UserTask) -> Result<(), Box<dyn Error>> {
    match task {
        UserTask::Create {
            name,
            email,
            email_proved,
            password,
            output,
        } => {
            let email = email.map(|address| (address, change::standing(email_proved)));
            create::run(config, name, email, password, output.into()).await
        }
        UserTask::List(query) => list::run(config, query).await,
        UserTask::Show { user, output } => list::show(config, chosen(user)?, output.into()).await,
        UserTask::SetPassword {
            user,
            password,
            output,
        } => create::set_password(config, chosen(user)?, password, output.into()).await,
        UserTask::Rename { user, to } => change::rename(config, chosen(user)?, to).await,
        UserTask::SetEmail { user, to, proved } => {
            change::set_email(config, chosen(user)?, to, change::standing(proved)).await
        }
        UserTask::Delete { user, yes } => change::delete(config, chosen(user)?, yes.into()).await,
        UserTask::Sessions { user, output } => {
            session::list_of(config, chosen(user)?, output.into()).await
        }
        UserTask::Revoke { user } => change::revoke(config, chosen(user)?).await,
        UserTask::Disable { user, reason } => change::disable(config, chosen(user)?, reason).await,
        UserTask::RemoveFactor { user } => change::remove_factor(config, chosen(user)?).await,
        UserTask::Enable { user } => change::enable(config, chosen(user)?).await,
    }
}

/// The command line asks for one of the two.
fn chosen(user: ChosenUser) -> Result<AccountKey, &'static str> {
    let by_id = user.id.map(|id| AccountKey::Id(UserId::new(id)));
    by_id
        .or(user.user)
        .ok_or("neither a user nor an id was given")
}
