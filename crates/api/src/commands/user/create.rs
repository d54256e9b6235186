//! `azuma user create` and `azuma user set-password`: what needs a password.

use std::error::Error;

use azuma_domain::services::{AccountKey, EmailStanding, GeneratedPassword, WantedAccount};
use azuma_domain::user::{EmailAddress, UserName};
use serde::Serialize;
use uuid::Uuid;

use crate::cli::PasswordSource;
use crate::commands::Failure;
use crate::commands::output::{Form, json, print};
use crate::commands::password::{ChosenPassword, choose};
use crate::config::Config;
use crate::wiring;

/// A created account, for programs.
#[derive(Serialize)]
struct Created<'a> {
    id: Uuid,
    name: &'a str,
    /// Only one that was made here.
    password: Option<&'a str>,
}

/// A password that was set, for programs.
#[derive(Serialize)]
struct PasswordSet<'a> {
    revoked_sessions: usize,
    /// Only one that was made here.
    password: Option<&'a str>,
}

/// Creates an account.
pub async fn run(
    config: &Config,
    name: UserName,
    email: Option<(EmailAddress, EmailStanding)>,
    source: PasswordSource,
    form: Form,
) -> Result<(), Box<dyn Error>> {
    let admin = wiring::credential_admin(config)?;
    let ChosenPassword {
        password,
        generated,
    } = choose(source, &admin)?;
    let wanted = WantedAccount {
        name: name.clone(),
        email,
        password,
    };
    let created = admin.create(wanted).await;
    let user =
        created.map_err(|error| Failure::from(error).of(format!("{name} is not created")))?;
    let password = generated.as_ref().map(GeneratedPassword::expose);
    let text = match form {
        Form::Text => format!(
            "{name} is created, with the id {}\n{}",
            user.id,
            told(password)
        ),
        Form::Json => {
            let created = Created {
                id: user.id.uuid(),
                name: user.name.as_str(),
                password,
            };
            format!("{}\n", json(&created)?)
        }
    };
    Ok(print(&text)?)
}

/// Sets the password of an account.
pub async fn set_password(
    config: &Config,
    user: AccountKey,
    source: PasswordSource,
    form: Form,
) -> Result<(), Box<dyn Error>> {
    let admin = wiring::credential_admin(config)?;
    let ChosenPassword {
        password,
        generated,
    } = choose(source, &admin)?;
    let set = admin.set_password(user.clone(), password).await;
    let revoked_sessions =
        set.map_err(|error| Failure::from(error).of(format!("{user} keeps its password")))?;
    let password = generated.as_ref().map(GeneratedPassword::expose);
    let text = match form {
        Form::Text => {
            let told = told(password);
            format!("{user} has the new password; revoked sessions: {revoked_sessions}\n{told}")
        }
        Form::Json => {
            let set = PasswordSet {
                revoked_sessions,
                password,
            };
            format!("{}\n", json(&set)?)
        }
    };
    Ok(print(&text)?)
}

fn told(generated: Option<&str>) -> String {
    generated.map_or_else(String::new, |password| format!("password: {password}\n"))
}
