//! Looking at accounts, one or all, for the operator.

use super::{AccountAdmin, AccountAdminError};
use crate::Timestamp;
use crate::ports::{Reader, StoreError, StoreExt};
use crate::services::account_key::{AccountKey, NoSingleAccount};
use crate::services::accounts::second_factor::FactorStatus;
use crate::user::{AccountPosition, AccountState, EmailAddress, StoredAccount, UserName};

/// The most accounts read at once.
const PAGE: u32 = 500;

/// An account, and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountDetails {
    /// The account.
    pub account: StoredAccount,
    /// Whether its logins need a code.
    pub factor: FactorStatus,
}

/// A state of accounts, without what else is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateFilter {
    /// Those that can be used.
    Active,
    /// Those that wait for verification.
    Waiting,
    /// Those that are disabled.
    Disabled,
}

/// Which accounts are listed: those that everything given here is true of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountFilter {
    /// Their normalized names begin with that of this name.
    pub name_prefix: Option<UserName>,
    /// They have this address, proved or not.
    pub email: Option<EmailAddress>,
    /// They are in this state.
    pub state: Option<StateFilter>,
}

/// How far a list of accounts has been read. An account that is renamed meanwhile may be missing, or come twice.
#[derive(Clone, Debug)]
pub struct AccountList {
    filter: AccountFilter,
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    Start,
    After(AccountPosition),
    End,
}

impl StateFilter {
    /// Every one there is.
    pub const ALL: [Self; 3] = [Self::Active, Self::Waiting, Self::Disabled];

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Waiting => "waiting",
            Self::Disabled => "disabled",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// The one that an account in this state has.
    #[must_use]
    pub fn of(state: &AccountState) -> Self {
        match state {
            AccountState::Active => Self::Active,
            AccountState::Pending { .. } => Self::Waiting,
            AccountState::Disabled(_) => Self::Disabled,
        }
    }
}

impl AccountFilter {
    fn admits(&self, account: &StoredAccount, now: Timestamp) -> bool {
        let prefix = self.name_prefix.as_ref().map(UserName::normalized);
        let name_key = account.position.name_key();
        prefix.is_none_or(|prefix| name_key.starts_with(prefix))
            && self
                .state
                .is_none_or(|state| state == StateFilter::of(&account.state))
            && !account.has_lapsed(now)
    }
}

impl AccountList {
    /// A list of the accounts that the filter admits, in the order of their normalized names, byte by byte.
    #[must_use]
    pub fn new(filter: AccountFilter) -> Self {
        let place = Place::Start;
        Self { filter, place }
    }
}

impl AccountAdmin {
    /// The next accounts of the list, possibly none of those that were looked at; `None` at its end.
    ///
    /// A call looks at 500 accounts, however few of them the filter admits.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails; the list is where it was.
    pub async fn read_on(
        &self,
        list: &mut AccountList,
    ) -> Result<Option<Vec<StoredAccount>>, StoreError> {
        let after = match &list.place {
            Place::Start => None,
            Place::After(position) => Some(position.clone()),
            Place::End => return Ok(None),
        };
        let now = self.clock.now();
        let AccountFilter {
            name_prefix, email, ..
        } = list.filter.clone();
        let looked_at = match email {
            Some(email) => {
                let read = self.store.read(move |reader| holder(reader, &email, now));
                read.await?.into_iter().collect()
            }
            None => {
                let read = self.store.read(move |reader| {
                    let (after, prefix) = (after.as_ref(), name_prefix.as_ref());
                    reader.users().page(after, prefix, PAGE)
                });
                read.await?
            }
        };
        list.place = match looked_at.last() {
            Some(last) if looked_at.len() >= PAGE as usize => Place::After(last.position.clone()),
            Some(_) | None => Place::End,
        };
        let mut accounts = looked_at;
        accounts.retain(|account| list.filter.admits(account, now));
        Ok(Some(accounts))
    }

    /// An account with what belongs to it.
    ///
    /// # Errors
    /// [`AccountAdminError`] says why it is not shown.
    pub async fn show(&self, account: AccountKey) -> Result<AccountDetails, AccountAdminError> {
        let now = self.clock.now();
        let found = self
            .store
            .read(move |reader| details(reader, &account, now))
            .await?;
        Ok(found?)
    }
}

fn holder(
    reader: &mut dyn Reader,
    email: &EmailAddress,
    now: Timestamp,
) -> Result<Option<StoredAccount>, StoreError> {
    match reader.users().find_by_email(email, now)? {
        Some(holder) => reader.users().stored(holder.user_id),
        None => Ok(None),
    }
}

fn details(
    reader: &mut dyn Reader,
    account: &AccountKey,
    now: Timestamp,
) -> Result<Result<AccountDetails, NoSingleAccount>, StoreError> {
    let id = match account.find(reader, now)? {
        Ok(id) => id,
        Err(none) => return Ok(Err(none)),
    };
    let factor = FactorStatus::read(reader, id)?;
    let account = reader.users().stored(id)?;
    Ok(account
        .map(|account| AccountDetails { account, factor })
        .ok_or(NoSingleAccount::None))
}
