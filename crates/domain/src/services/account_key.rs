//! Which account an operator means.

use std::fmt;

use uuid::Uuid;

use crate::Timestamp;
use crate::ports::{Reader, StoreError};
use crate::user::{InvalidLoginName, LoginName, UserId};

/// Which account an operator means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountKey {
    /// The account with this id.
    Id(UserId),
    /// The account that is called so: by its name, by its proved address, or by its id, if the text is one.
    Called(LoginName, Option<UserId>),
}

/// No single account is meant.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NoSingleAccount {
    /// There is none.
    #[error("there is no such account")]
    None,
    /// The name of one is the proved address or the id of another one.
    #[error("several accounts are called so, with the ids {}; name one of them by `--id`", listed(.0))]
    Several(Vec<UserId>),
}

fn listed(ids: &[UserId]) -> String {
    let ids: Vec<_> = ids.iter().map(UserId::to_string).collect();
    ids.join(" and ")
}

impl AccountKey {
    /// Parses a name, an address or an id.
    ///
    /// # Errors
    /// [`InvalidLoginName`] if the text is none of them.
    pub fn parse(text: &str) -> Result<Self, InvalidLoginName> {
        let id = Uuid::try_parse(text).ok().map(UserId::new);
        Ok(Self::Called(LoginName::parse(text)?, id))
    }

    /// The id of the account that is meant. A lapsed account is none.
    pub(super) fn find(
        &self,
        reader: &mut dyn Reader,
        now: Timestamp,
    ) -> Result<Result<UserId, NoSingleAccount>, StoreError> {
        let mut found = Vec::new();
        match self {
            Self::Id(id) => found.push(*id),
            Self::Called(login, id) => {
                found.extend(*id);
                if let Some(name) = login.name() {
                    let named = reader.users().find_by_name(name, now)?;
                    found.extend(named.map(|account| account.user_id));
                }
                if let Some(email) = login.email() {
                    let holder = reader.users().find_by_proved_email(email)?;
                    found.extend(holder.map(|account| account.user_id));
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        let mut existing = Vec::new();
        for id in found {
            let account = reader.users().find_credential(id)?;
            existing.extend(account.filter(|account| !account.state.has_lapsed(now)));
        }
        let ids: Vec<_> = existing.iter().map(|account| account.user_id).collect();
        Ok(match ids.as_slice() {
            [] => Err(NoSingleAccount::None),
            [id] => Ok(*id),
            _ => Err(NoSingleAccount::Several(ids)),
        })
    }
}

impl fmt::Display for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Called(LoginName::Name(name) | LoginName::Either(name, _), _) => name.fmt(f),
            Self::Called(LoginName::Email(email), _) => email.fmt(f),
        }
    }
}
