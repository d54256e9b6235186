//! Accounts as rows.

use azuma_domain::ports::{AddressHolder, NewUser, StoreError, UserChanges};
use azuma_domain::session::SessionOwner;
use azuma_domain::user::{
    AccountEmail, AccountState, Change, Credential, DisabledReason, EmailAddress, Icon,
    PasswordHash, Status, User, UserId, UserName,
};
use diesel::prelude::*;

use crate::store::sql::corrupt;
use crate::store::sql::schema::users;
use crate::store::sql::types::{StoredId, StoredTime};

/// The columns of a [`UserRow`]: all but the password hash.
pub(in crate::store::sql) type UserColumns = (
    users::id,
    users::name,
    users::email,
    users::email_proved_at,
    users::icon,
    users::status,
    users::created_at,
);
pub(in crate::store::sql) const USER_COLUMNS: UserColumns = (
    users::id,
    users::name,
    users::email,
    users::email_proved_at,
    users::icon,
    users::status,
    users::created_at,
);

/// An account without its password hash.
#[derive(Queryable)]
pub(in crate::store::sql) struct UserRow {
    id: StoredId,
    name: String,
    email: Option<String>,
    email_proved_at: Option<StoredTime>,
    icon: Option<String>,
    status: Option<String>,
    created_at: StoredTime,
}

impl TryFrom<UserRow> for User {
    type Error = StoreError;

    fn try_from(row: UserRow) -> Result<Self, StoreError> {
        let email = row.email.as_deref().map(EmailAddress::parse).transpose();
        let icon = row.icon.as_deref().map(Icon::parse).transpose();
        let status = row.status.as_deref().map(Status::parse).transpose();
        Ok(Self {
            id: UserId::new(row.id.0),
            name: UserName::parse(&row.name).map_err(|_| corrupt("users.name"))?,
            email: email
                .map_err(|_| corrupt("users.email"))?
                .map(|address| account_email(address, row.email_proved_at)),
            icon: icon.map_err(|_| corrupt("users.icon"))?,
            status: status.map_err(|_| corrupt("users.status"))?,
            created_at: row.created_at.0,
        })
    }
}

impl From<UserRow> for SessionOwner {
    fn from(row: UserRow) -> Self {
        let id = UserId::new(row.id.0);
        Self::new(id, User::try_from(row).ok())
    }
}

pub(super) fn account_email(address: EmailAddress, proved_at: Option<StoredTime>) -> AccountEmail {
    match proved_at {
        None => AccountEmail::claimed(address),
        Some(at) => AccountEmail::proved(address, at.0),
    }
}

/// The columns of a [`StateRow`].
pub(super) type StateColumns = (
    users::pending_until,
    users::disabled_at,
    users::disabled_reason,
);
pub(super) const STATE_COLUMNS: StateColumns = (
    users::pending_until,
    users::disabled_at,
    users::disabled_reason,
);

/// Whether an account can be used.
#[derive(Queryable)]
pub(super) struct StateRow {
    pending_until: Option<StoredTime>,
    disabled_at: Option<StoredTime>,
    disabled_reason: Option<String>,
}

impl From<StateRow> for AccountState {
    fn from(row: StateRow) -> Self {
        match (row.pending_until, row.disabled_at) {
            (Some(until), _) => Self::Pending { until: until.0 },
            (None, Some(_)) => {
                let reason = row.disabled_reason.as_deref().map(DisabledReason::parse);
                Self::Disabled(reason.and_then(Result::ok))
            }
            (None, None) => Self::Active,
        }
    }
}

pub(super) type CredentialColumns = (users::id, users::password_hash, StateColumns);
pub(super) const CREDENTIAL_COLUMNS: CredentialColumns =
    (users::id, users::password_hash, STATE_COLUMNS);

/// The columns that a login needs.
#[derive(Queryable)]
pub(super) struct CredentialRow {
    id: StoredId,
    password_hash: String,
    state: StateRow,
}

impl From<CredentialRow> for Credential {
    fn from(row: CredentialRow) -> Self {
        Self {
            user_id: UserId::new(row.id.0),
            password_hash: PasswordHash::from_phc(row.password_hash),
            state: row.state.into(),
        }
    }
}

pub(super) type AddressHolderColumns = (users::id, users::email, StateColumns);
pub(super) const ADDRESS_HOLDER_COLUMNS: AddressHolderColumns =
    (users::id, users::email, STATE_COLUMNS);

/// The owner of an address.
#[derive(Queryable)]
pub(super) struct AddressHolderRow {
    id: StoredId,
    email: Option<String>,
    state: StateRow,
}

impl TryFrom<AddressHolderRow> for AddressHolder {
    type Error = StoreError;

    fn try_from(row: AddressHolderRow) -> Result<Self, StoreError> {
        let email = row.email.as_deref().map(EmailAddress::parse);
        Ok(Self {
            user_id: UserId::new(row.id.0),
            email: email
                .and_then(Result::ok)
                .ok_or_else(|| corrupt("users.email"))?,
            state: row.state.into(),
        })
    }
}

/// A new row of `users`.
#[derive(Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub(super) struct NewUserRow<'a> {
    id: StoredId,
    name: &'a str,
    name_key: &'a str,
    email: Option<&'a str>,
    email_key: Option<&'a str>,
    password_hash: &'a str,
    icon: Option<&'a str>,
    status: Option<&'a str>,
    created_at: StoredTime,
    pending_until: Option<StoredTime>,
    email_proved_at: Option<StoredTime>,
    invite_id: Option<StoredId>,
}

impl<'a> From<&'a NewUser> for NewUserRow<'a> {
    fn from(new: &'a NewUser) -> Self {
        let user = &new.user;
        let email = user.email.as_ref().map(AccountEmail::address);
        Self {
            id: StoredId(user.id.uuid()),
            name: user.name.as_str(),
            name_key: user.name.normalized(),
            email: email.map(EmailAddress::as_str),
            email_key: email.map(EmailAddress::normalized),
            password_hash: new.password_hash.as_phc(),
            icon: user.icon.as_ref().map(Icon::as_str),
            status: user.status.as_ref().map(Status::as_str),
            created_at: StoredTime(user.created_at),
            pending_until: new.waits_until.map(StoredTime),
            email_proved_at: proved_at(user.email.as_ref()),
            invite_id: new.invite.map(|id| StoredId(id.uuid())),
        }
    }
}

/// The changed columns of an account. `None` leaves a column as it is; `Some(None)` sets it to NULL.
#[derive(AsChangeset)]
#[diesel(table_name = users)]
pub(super) struct UserChangesRow<'a> {
    name: Option<&'a str>,
    name_key: Option<&'a str>,
    email: Option<&'a str>,
    email_key: Option<&'a str>,
    email_proved_at: Option<Option<StoredTime>>,
    password_hash: Option<&'a str>,
    icon: Option<Option<&'a str>>,
    status: Option<Option<&'a str>>,
}

impl<'a> From<&'a UserChanges> for UserChangesRow<'a> {
    fn from(changes: &'a UserChanges) -> Self {
        let email = changes.email.as_ref();
        let address = email.map(AccountEmail::address);
        Self {
            name: changes.name.as_ref().map(UserName::as_str),
            name_key: changes.name.as_ref().map(UserName::normalized),
            email: address.map(EmailAddress::as_str),
            email_key: address.map(EmailAddress::normalized),
            email_proved_at: email.map(|email| proved_at(Some(email))),
            password_hash: changes.password_hash.as_ref().map(PasswordHash::as_phc),
            icon: column(&changes.icon, Icon::as_str),
            status: column(&changes.status, Status::as_str),
        }
    }
}

impl UserChangesRow<'_> {
    /// Whether nothing changes. Diesel refuses an UPDATE without columns.
    pub(super) fn is_empty(&self) -> bool {
        // Taken apart, so that the compiler asks for a column that is added.
        let Self {
            name,
            name_key: _,
            email,
            email_key: _,
            email_proved_at,
            password_hash,
            icon,
            status,
        } = self;
        name.is_none()
            && email.is_none()
            && email_proved_at.is_none()
            && password_hash.is_none()
            && icon.is_none()
            && status.is_none()
    }
}

fn proved_at(email: Option<&AccountEmail>) -> Option<StoredTime> {
    email.and_then(AccountEmail::proved_at).map(StoredTime)
}

fn column<T>(change: &Change<T>, text: impl Fn(&T) -> &str) -> Option<Option<&str>> {
    match change {
        Change::Keep => None,
        Change::Clear => Some(None),
        Change::Set(value) => Some(Some(text(value))),
    }
}
