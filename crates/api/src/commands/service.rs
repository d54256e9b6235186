//! `azuma service`: creates, lists, rotates and revokes services.

use std::error::Error;
use std::time::Duration;

use azuma_domain::service::{ListedService, ServiceName, ServiceToken};
use serde::Serialize;

use super::output::{Form, json, or_dash, print_once, say};
use super::{Failure, print, runtime};
use crate::cli::ServiceTask;
use crate::config::Config;
use crate::wiring;

/// The head of the table of services.
const HEAD: &str =
    "CREATED                      TOKEN MADE                   EARLIER TOKENS UNTIL         NAME\n";

/// A service for programs.
#[derive(Serialize)]
struct Listed<'a> {
    id: String,
    name: &'a str,
    created_at: String,
    token_made_at: String,
    earlier_tokens_until: Option<String>,
}

/// A token that was made, for programs.
#[derive(Serialize)]
struct Made<'a> {
    name: &'a str,
    token: &'a str,
}

/// Runs the task.
pub fn run(config: &Config, task: ServiceTask) -> Result<(), Box<dyn Error>> {
    runtime()?.block_on(async {
        match task {
            ServiceTask::Create { name, output } => create(config, name, output.into()).await,
            ServiceTask::List { limit, output } => list(config, limit, output.into()).await,
            ServiceTask::Rotate {
                name,
                overlap,
                output,
            } => rotate(config, name, overlap, output.into()).await,
            ServiceTask::Revoke { name } => revoke(config, name).await,
        }
    })
}

async fn create(config: &Config, name: ServiceName, form: Form) -> Result<(), Box<dyn Error>> {
    let created = wiring::service_admin(config)?.create(name.clone()).await;
    let (_, token) = created.map_err(|error| Failure::from(error).of(name.as_str()))?;
    print_token(&name, &token, form)
}

async fn rotate(
    config: &Config,
    name: ServiceName,
    overlap: Duration,
    form: Form,
) -> Result<(), Box<dyn Error>> {
    let services = wiring::service_admin(config)?;
    let rotated = services.rotate(name.clone(), overlap).await;
    let token = rotated.map_err(|error| Failure::from(error).of(name.as_str()))?;
    print_token(&name, &token, form)
}

fn print_token(name: &ServiceName, token: &ServiceToken, form: Form) -> Result<(), Box<dyn Error>> {
    let (name, token) = (name.as_str(), token.expose());
    let remedy = format!("the token is made and lost: `azuma service rotate {name}` makes another");
    match form {
        // Standard output is good for the file that the service reads.
        Form::Text => {
            print_once(&format!("{token}\n"), &remedy)?;
            say(&format!(
                "this is the token of {name}; nobody can look it up later"
            ));
        }
        Form::Json => print_once(&format!("{}\n", json(&Made { name, token })?), &remedy)?,
    }
    Ok(())
}

async fn list(config: &Config, limit: u32, form: Form) -> Result<(), Box<dyn Error>> {
    let listed = wiring::service_admin(config)?.list(limit).await?;
    if listed.is_empty() && form == Form::Text {
        return Ok(print("there is no service\n")?);
    }
    let lines = listed.iter().map(|listed| line(listed, form));
    let lines = lines.collect::<Result<String, _>>()?;
    let head = match form {
        Form::Text => HEAD,
        Form::Json => "",
    };
    print(&format!("{head}{lines}"))?;
    if u32::try_from(listed.len()).is_ok_and(|count| count == limit) {
        say(&format!(
            "there may be more; --limit lists more than {limit}"
        ));
    }
    Ok(())
}

fn line(listed: &ListedService, form: Form) -> Result<String, serde_json::Error> {
    let service = &listed.service;
    let until = listed.earlier_until.map(|until| until.to_string());
    let line = match form {
        Form::Text => format!(
            "{}  {}  {:<27}  {}",
            service.created_at,
            listed.token_made_at,
            or_dash(until),
            service.name.as_str()
        ),
        Form::Json => json(&Listed {
            id: service.id.to_string(),
            name: service.name.as_str(),
            created_at: service.created_at.to_string(),
            token_made_at: listed.token_made_at.to_string(),
            earlier_tokens_until: until,
        })?,
    };
    Ok(line + "\n")
}

async fn revoke(config: &Config, name: ServiceName) -> Result<(), Box<dyn Error>> {
    let revoked = wiring::service_admin(config)?.revoke(name.clone()).await;
    revoked.map_err(|error| Failure::from(error).of(name.as_str()))?;
    Ok(print("the service is revoked\n")?)
}
