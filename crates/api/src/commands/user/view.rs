//! An account as it is printed.

use azuma_domain::services::{AccountDetails, FactorStatus, StateFilter};
use azuma_domain::user::{AccountState, DisabledReason, StoredAccount, StoredText};
use serde::Serialize;
use uuid::Uuid;

use crate::commands::output::{or_dash, shown};

/// The head of a table of accounts. Names stand last: they have any width, and some are written from right to left.
pub const HEAD: &str = concat!(
    "ID                                    STATE     CREATED                      ",
    "PROVED  EMAIL                             NAME\n"
);

/// A line of the table.
pub fn row(account: &StoredAccount) -> String {
    let StoredAccount { id, created_at, .. } = account;
    let state = StateFilter::of(&account.state).word();
    let proved = match (&account.email, account.email_proved_at) {
        (None, _) => "-",
        (Some(_), None) => "no",
        (Some(_), Some(_)) => "yes",
    };
    let email = or_dash(account.email.as_ref().map(stored));
    let name = stored(&account.name);
    format!("{id}  {state:<8}  {created_at}  {proved:<6}  {email:<32}  {name}\n")
}

/// What is known of an account, a line each.
pub fn lines(details: &AccountDetails) -> String {
    let AccountDetails { account, factor } = details;
    let mut lines = vec![
        ("id", account.id.to_string()),
        ("name", stored(&account.name)),
        ("state", StateFilter::of(&account.state).word().to_owned()),
    ];
    match &account.state {
        AccountState::Active => {}
        AccountState::Pending { until } => lines.push(("until", until.to_string())),
        AccountState::Disabled(reason) => {
            let reason = reason.as_ref().map(|reason| shown(reason.as_str()));
            lines.push(("reason", or_dash(reason)));
        }
    }
    let factor = match factor {
        FactorStatus::Off => "no".to_owned(),
        FactorStatus::On { recovery_codes } => {
            format!("yes, recovery codes left: {recovery_codes}")
        }
    };
    lines.extend([
        ("email", or_dash(account.email.as_ref().map(stored))),
        ("email proved", or_dash(account.email_proved_at)),
        ("second factor", factor),
        ("created", account.created_at.to_string()),
        ("invite", or_dash(account.invite)),
    ]);
    let lines = lines.into_iter();
    let lines = lines.map(|(name, value)| format!("{name:<13}  {value}\n"));
    lines.collect::<Vec<_>>().concat()
}

fn stored(text: &StoredText) -> String {
    shown(text.as_str())
}

/// An account for programs.
#[derive(Serialize)]
pub struct Account<'a> {
    id: Uuid,
    name: &'a str,
    state: &'static str,
    waits_until: Option<String>,
    disabled_reason: Option<&'a str>,
    email: Option<&'a str>,
    email_proved_at: Option<String>,
    created_at: String,
    invite_id: Option<Uuid>,
}

impl<'a> From<&'a StoredAccount> for Account<'a> {
    fn from(account: &'a StoredAccount) -> Self {
        let (waits_until, disabled_reason) = match &account.state {
            AccountState::Active => (None, None),
            AccountState::Pending { until } => (Some(until.to_string()), None),
            AccountState::Disabled(reason) => (None, reason.as_ref().map(DisabledReason::as_str)),
        };
        Self {
            id: account.id.uuid(),
            name: account.name.as_str(),
            state: StateFilter::of(&account.state).word(),
            waits_until,
            disabled_reason,
            email: account.email.as_ref().map(StoredText::as_str),
            email_proved_at: account.email_proved_at.map(|at| at.to_string()),
            created_at: account.created_at.to_string(),
            invite_id: account.invite.map(|id| id.uuid()),
        }
    }
}

/// An account with what belongs to it, for programs.
#[derive(Serialize)]
pub struct Details<'a> {
    #[serde(flatten)]
    account: Account<'a>,
    second_factor: bool,
    recovery_codes: Option<usize>,
}

impl<'a> From<&'a AccountDetails> for Details<'a> {
    fn from(details: &'a AccountDetails) -> Self {
        let recovery_codes = match details.factor {
            FactorStatus::Off => None,
            FactorStatus::On { recovery_codes } => Some(recovery_codes),
        };
        Self {
            account: Account::from(&details.account),
            second_factor: recovery_codes.is_some(),
            recovery_codes,
        }
    }
}
