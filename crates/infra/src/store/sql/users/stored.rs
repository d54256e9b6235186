//! Accounts as an operator sees them, as rows.

use azuma_domain::invite::InviteId;
use azuma_domain::user::{AccountPosition, StoredAccount, StoredText, UserId};
use diesel::prelude::*;

use super::rows::{STATE_COLUMNS, StateColumns, StateRow};
use crate::store::sql::schema::users;
use crate::store::sql::types::{StoredId, StoredTime};

pub(super) type StoredColumns = (
    users::id,
    users::name,
    users::name_key,
    users::email,
    users::email_proved_at,
    StateColumns,
    users::created_at,
    users::invite_id,
);
pub(super) const STORED_COLUMNS: StoredColumns = (
    users::id,
    users::name,
    users::name_key,
    users::email,
    users::email_proved_at,
    STATE_COLUMNS,
    users::created_at,
    users::invite_id,
);

/// An account as an operator sees it.
#[derive(Queryable)]
pub(super) struct StoredRow {
    id: StoredId,
    name: String,
    name_key: String,
    email: Option<String>,
    email_proved_at: Option<StoredTime>,
    state: StateRow,
    created_at: StoredTime,
    invite_id: Option<StoredId>,
}

impl From<StoredRow> for StoredAccount {
    fn from(row: StoredRow) -> Self {
        Self {
            id: UserId::new(row.id.0),
            name: StoredText::new(row.name),
            position: AccountPosition::new(row.name_key),
            email: row.email.map(StoredText::new),
            email_proved_at: row.email_proved_at.map(|at| at.0),
            state: row.state.into(),
            created_at: row.created_at.0,
            invite: row.invite_id.map(|id| InviteId::new(id.0)),
        }
    }
}
