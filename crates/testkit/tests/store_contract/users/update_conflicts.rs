use std::sync::Arc;

use azuma_domain::ports::{Conflict, Store, UserChanges};
use azuma_domain::user::Change;
use azuma_testkit::all;
use azuma_testkit::sample::{self, MINUTE, account, account_with_email, now, user_id, waiting};
use azuma_testkit_macros::on_every_store;

use super::{find, find_by_name, readdress, rename, update};
use crate::{given, linger, try_write};

#[on_every_store]
async fn a_taken_name_is_refused(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::grace(&store).await;
    let refused = update(&store, ada, &rename("Grace")).await;
    assert_eq!(refused, Err(Conflict::Name));
}

#[on_every_store]
async fn a_taken_address_is_refused(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::grace(&store).await;
    let refused = update(&store, ada, &readdress("Grace@example.org")).await;
    assert_eq!(refused, Err(Conflict::Email));
}

#[on_every_store]
async fn a_taken_name_with_a_taken_address_is_refused(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::grace(&store).await;
    let changes = UserChanges {
        name: Some(sample::name("grace")),
        ..readdress("grace@example.org")
    };
    assert!(update(&store, ada, &changes).await.is_err());
}

#[on_every_store]
async fn a_waiting_account_keeps_its_name_and_a_lapsed_one_its_address(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::account(&store, &waiting(2, "eve", now().plus(MINUTE))).await;
    given::account(&store, &waiting(3, "zoe", now())).await;
    let refused = update(&store, ada, &rename("eve")).await;
    assert_eq!(refused, Err(Conflict::Name));
    let refused = update(&store, ada, &readdress("zoe@example.org")).await;
    assert_eq!(refused, Err(Conflict::Email));
}

#[on_every_store]
async fn a_refused_change_changes_nothing(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::grace(&store).await;
    let before = find(&store, ada).await;
    let changes = UserChanges {
        icon: Change::Set(sample::icon("new.icon")),
        password_hash: Some(sample::password_hash("new")),
        ..rename("grace")
    };
    let refused = update(&store, ada, &changes).await;
    assert_eq!(refused, Err(Conflict::Name));
    assert_eq!(find(&store, ada).await, before);
    let credential = find_by_name(&store, "ada", now()).await.expect("ada");
    assert_eq!(credential.password_hash, sample::password_hash("ada"));
}

#[on_every_store]
async fn of_24_racing_changes_to_one_address_one_succeeds(store: Arc<dyn Store>) {
    for number in 0..24 {
        let name = format!("user{number}");
        let new = account_with_email(number, &name, &format!("{name}@example.org"));
        given::account(&store, &new).await;
    }
    let results = all((0..24).map(|number| {
        try_write(&store, move |tx| {
            let changes = readdress("ada@example.org");
            tx.users().update(user_id(number), &changes)?;
            linger();
            Ok(())
        })
    }))
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
}

#[on_every_store]
async fn of_a_registration_and_a_rename_to_one_name_one_succeeds(store: Arc<dyn Store>) {
    for number in 0..12 {
        given::account(&store, &account(number, &format!("user{number}"))).await;
    }
    let results = all((0..24).map(|number| {
        try_write(&store, move |tx| {
            if number < 12 {
                tx.users().update(user_id(number), &rename("ada"))?;
            } else {
                tx.users().insert(&account(number, "ada"))?;
            }
            linger();
            Ok(())
        })
    }))
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
}

#[on_every_store]
async fn racing_changes_of_one_users_fields_all_happen(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let change_of = [
        rename("lovelace"),
        readdress("new@example.org"),
        UserChanges {
            icon: Change::Set(sample::icon("new.icon")),
            ..UserChanges::default()
        },
        UserChanges {
            status: Change::Set(sample::status("new status")),
            ..UserChanges::default()
        },
    ];
    let results = all(change_of.into_iter().map(|changes| {
        try_write(&store, move |tx| {
            tx.users().update(ada, &changes)?;
            linger();
            Ok(())
        })
    }))
    .await;
    assert_eq!(results, vec![Ok(()); 4]);
    let left = find(&store, ada).await.expect("ada is there");
    assert_eq!(left.name, sample::name("lovelace"));
    assert_eq!(left.email, Some(sample::claimed("new@example.org")));
    assert_eq!(left.icon, Some(sample::icon("new.icon")));
    assert_eq!(left.status, Some(sample::status("new status")));
}
