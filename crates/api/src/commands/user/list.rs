//! `azuma user list` and `azuma user show`.

use std::error::Error;

use azuma_domain::services::{AccountFilter, AccountKey, AccountList};

use super::view::{Account, Details, HEAD, lines, row};
use crate::cli::AccountQuery;
use crate::commands::Failure;
use crate::commands::output::{Form, Readers, json, print, print_on};
use crate::config::Config;
use crate::wiring;

/// Prints accounts, a page at a time, so that any number of them needs the memory of a page.
pub async fn run(config: &Config, query: AccountQuery) -> Result<(), Box<dyn Error>> {
    let accounts = wiring::account_admin(config)?;
    let form = Form::from(query.output);
    let mut list = AccountList::new(AccountFilter {
        name_prefix: query.name_prefix,
        email: query.email,
        state: query.state,
    });
    let mut text = match form {
        Form::Text => HEAD.to_owned(),
        Form::Json => String::new(),
    };
    while let Some(page) = accounts.read_on(&mut list).await? {
        for account in &page {
            match form {
                Form::Text => text.push_str(&row(account)),
                Form::Json => {
                    text.push_str(&json(&Account::from(account))?);
                    text.push('\n');
                }
            }
        }
        if print_on(&text)? == Readers::Gone {
            break;
        }
        text.clear();
    }
    Ok(())
}

/// Prints an account.
pub async fn show(config: &Config, user: AccountKey, form: Form) -> Result<(), Box<dyn Error>> {
    let shown = wiring::account_admin(config)?.show(user.clone()).await;
    let details = shown.map_err(|error| Failure::from(error).of(user))?;
    let text = match form {
        Form::Text => lines(&details),
        Form::Json => format!("{}\n", json(&Details::from(&details))?),
    };
    Ok(print(&text)?)
}
