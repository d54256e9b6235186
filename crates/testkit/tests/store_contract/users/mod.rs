//! [`UserRepository`](azuma_domain::ports::UserRepository).

mod activate;
mod delete;
mod delete_lapsed;
mod disable;
mod find;
mod index_order;
mod insert;
mod insert_races;
mod insert_unless_taken;
mod lock;
mod page;
mod prove_email;
mod release;
mod update;
mod update_conflicts;

use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::{
    Abort, AddressHolder, Conflict, NewUser, Store, StoreExt, UserChanges, WriteError,
};
use azuma_domain::user::{Credential, User, UserId};
use azuma_testkit::sample;

use super::{look, try_write, write};

/// Inserts the account.
async fn insert(store: &Arc<dyn Store>, new: &NewUser) -> Result<(), Conflict> {
    let new = new.clone();
    try_write(store, move |tx| tx.users().insert(&new)).await
}

/// The user with this id.
async fn find(store: &Arc<dyn Store>, id: UserId) -> Option<User> {
    look(store, move |tx| tx.users().find(id)).await
}

/// The account with this name at `now`.
async fn find_by_name(store: &Arc<dyn Store>, name: &str, now: Timestamp) -> Option<Credential> {
    let name = sample::name(name);
    look(store, move |tx| tx.users().find_by_name(&name, now)).await
}

/// The account with this address at `now`.
async fn find_holder(store: &Arc<dyn Store>, email: &str, now: Timestamp) -> Option<AddressHolder> {
    let email = sample::email(email);
    look(store, move |tx| tx.users().find_by_email(&email, now)).await
}

/// The id of the account with this address at `now`.
async fn find_by_email(store: &Arc<dyn Store>, email: &str, now: Timestamp) -> Option<UserId> {
    let holder = find_holder(store, email, now).await;
    holder.map(|holder| holder.user_id)
}

/// Changes the account.
async fn update(
    store: &Arc<dyn Store>,
    id: UserId,
    changes: &UserChanges,
) -> Result<Option<User>, Conflict> {
    let changes = changes.clone();
    try_write(store, move |tx| tx.users().update(id, &changes)).await
}

/// A change of the name alone.
fn rename(name: &str) -> UserChanges {
    UserChanges {
        name: Some(sample::name(name)),
        ..UserChanges::default()
    }
}

/// A change of the address alone.
fn readdress(email: &str) -> UserChanges {
    UserChanges {
        email: Some(sample::claimed(email)),
        ..UserChanges::default()
    }
}

/// Deletes the lapsed accounts that hold the name or the address.
async fn release(store: &Arc<dyn Store>, name: Option<&str>, email: Option<&str>, now: Timestamp) {
    let name = name.map(sample::name);
    let email = email.map(sample::email);
    write(store, move |tx| {
        tx.users().release(name.as_ref(), email.as_ref(), now)
    })
    .await;
}

/// Whether the name is free: whether an account with it can be inserted. The insert is rolled back.
async fn is_free(store: &Arc<dyn Store>, name: &str) -> bool {
    let new = sample::account(999_999, name);
    let done: Result<(), WriteError> = store
        .transact(move |tx| {
            tx.users().insert(&new)?;
            Err(Abort::Refused(WriteError::Conflict(Conflict::Email)))
        })
        .await;
    match done {
        Err(WriteError::Conflict(Conflict::Email)) => true,
        Err(WriteError::Conflict(Conflict::Name)) => false,
        other => panic!("the store answers: {other:?}"),
    }
}
