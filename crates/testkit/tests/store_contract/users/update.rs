use std::sync::Arc;

use azuma_domain::ports::{Store, UserChanges};
use azuma_domain::user::{Change, User, UserId};
use azuma_testkit::sample::{self, account, account_with_email, now, user_id};
use azuma_testkit_macros::on_every_store;

use super::{find, find_by_email, find_by_name, readdress, rename, update};
use crate::given;

/// User 1 with every field set.
async fn given_full_ada(store: &Arc<dyn Store>) -> User {
    let mut new = sample::account_with_email(1, "Ada", "Ada@Example.org");
    new.user.icon = Some(sample::icon("icon.here"));
    new.user.status = Some(sample::status("I'm stuff"));
    given::account(store, &new).await;
    new.user
}

/// Changes the account and answers the user. Fails the test unless the user is found like that.
async fn updated(store: &Arc<dyn Store>, id: UserId, changes: &UserChanges) -> User {
    let answered = update(store, id, changes).await;
    let answered = answered
        .expect("no conflict")
        .expect("the account is there");
    assert_eq!(find(store, id).await.as_ref(), Some(&answered));
    answered
}

#[on_every_store]
async fn no_change_leaves_the_user_as_it_was(store: Arc<dyn Store>) {
    let ada = given_full_ada(&store).await;
    let left = updated(&store, ada.id, &UserChanges::default()).await;
    assert_eq!(left, ada);
}

#[on_every_store]
async fn a_new_name_changes_the_name_alone(store: Arc<dyn Store>) {
    let ada = given_full_ada(&store).await;
    let grace = given::grace(&store).await;
    let before = find(&store, grace).await;
    let left = updated(&store, ada.id, &rename("Lovelace")).await;
    let name = sample::name("Lovelace");
    assert_eq!(left, User { name, ..ada });
    let found = find_by_name(&store, "LOVELACE", now()).await.expect("ada");
    assert_eq!(found.user_id, ada.id);
    assert_eq!(found.password_hash, sample::password_hash("Ada"));
    assert_eq!(find(&store, grace).await, before);
}

#[on_every_store]
async fn a_new_address_changes_the_address_alone(store: Arc<dyn Store>) {
    let ada = given_full_ada(&store).await;
    let left = updated(&store, ada.id, &readdress("Lovelace@Example.net")).await;
    let email = Some(sample::claimed("Lovelace@Example.net"));
    assert_eq!(left, User { email, ..ada });
}

#[on_every_store]
async fn a_first_address_that_is_proved_comes_back_to_the_microsecond(store: Arc<dyn Store>) {
    given::account(&store, &account(1, "ada")).await;
    let email = Some(sample::proved("ada@example.org", now()));
    let changes = UserChanges {
        email: email.clone(),
        ..UserChanges::default()
    };
    let left = updated(&store, user_id(1), &changes).await;
    assert_eq!(left.email, email);
}

#[on_every_store]
async fn a_claimed_address_is_not_proved_though_the_one_before_was(store: Arc<dyn Store>) {
    let mut new = account(1, "ada");
    new.user.email = Some(sample::proved("ada@example.org", now()));
    given::account(&store, &new).await;
    let left = updated(&store, user_id(1), &readdress("ada@example.net")).await;
    assert_eq!(left.email, Some(sample::claimed("ada@example.net")));
}

#[on_every_store]
async fn icon_and_status_can_be_set(store: Arc<dyn Store>) {
    let ada = given_full_ada(&store).await;
    let changes = UserChanges {
        icon: Change::Set(sample::icon("other.icon")),
        status: Change::Set(sample::status("zzz 💤")),
        ..UserChanges::default()
    };
    let left = updated(&store, ada.id, &changes).await;
    let icon = Some(sample::icon("other.icon"));
    let status = Some(sample::status("zzz 💤"));
    assert_eq!(
        left,
        User {
            icon,
            status,
            ..ada
        }
    );
}

#[on_every_store]
async fn a_cleared_icon_or_status_is_gone_and_the_other_stays(store: Arc<dyn Store>) {
    let ada = given_full_ada(&store).await;
    let clear_icon = UserChanges {
        icon: Change::Clear,
        ..UserChanges::default()
    };
    let left = updated(&store, ada.id, &clear_icon).await;
    assert_eq!((left.icon, &left.status), (None, &ada.status));
    let set_icon = UserChanges {
        icon: Change::Set(sample::icon("icon.here")),
        status: Change::Clear,
        ..UserChanges::default()
    };
    let left = updated(&store, ada.id, &set_icon).await;
    assert_eq!((&left.icon, left.status), (&ada.icon, None));
}

#[on_every_store]
async fn a_new_password_changes_the_hash_alone(store: Arc<dyn Store>) {
    let mut new = account(1, "ada");
    new.user.email = Some(sample::proved("ada@example.org", now()));
    given::account(&store, &new).await;
    let changes = UserChanges {
        password_hash: Some(sample::password_hash("new")),
        ..UserChanges::default()
    };
    assert_eq!(updated(&store, user_id(1), &changes).await, new.user);
    let found = find_by_name(&store, "ada", now()).await.expect("ada");
    assert_eq!(found.password_hash, sample::password_hash("new"));
}

#[on_every_store]
async fn everything_can_change_at_once(store: Arc<dyn Store>) {
    let ada = given_full_ada(&store).await;
    let changes = UserChanges {
        name: Some(sample::name("Lovelace")),
        password_hash: Some(sample::password_hash("new")),
        email: Some(sample::claimed("new@example.org")),
        icon: Change::Set(sample::icon("new.icon")),
        status: Change::Clear,
    };
    let left = updated(&store, ada.id, &changes).await;
    let expected = User {
        id: ada.id,
        name: sample::name("Lovelace"),
        email: Some(sample::claimed("new@example.org")),
        icon: Some(sample::icon("new.icon")),
        status: None,
        created_at: ada.created_at,
    };
    assert_eq!(left, expected);
}

#[on_every_store]
async fn an_unknown_id_answers_nobody(store: Arc<dyn Store>) {
    given_full_ada(&store).await;
    for changes in [rename("eve"), UserChanges::default()] {
        assert_eq!(update(&store, user_id(2), &changes).await, Ok(None));
    }
}

#[on_every_store]
async fn the_name_and_the_address_given_up_find_nobody_and_are_free(store: Arc<dyn Store>) {
    let ada = given_full_ada(&store).await;
    updated(&store, ada.id, &rename("Lovelace")).await;
    updated(&store, ada.id, &readdress("new@example.org")).await;
    assert_eq!(find_by_name(&store, "ada", now()).await, None);
    assert_eq!(find_by_email(&store, "ada@example.org", now()).await, None);
    given::account(&store, &account_with_email(2, "ada", "ada@example.org")).await;
}

#[on_every_store]
async fn a_user_can_keep_its_name_and_address_or_write_them_in_another_case(store: Arc<dyn Store>) {
    let ada = given_full_ada(&store).await;
    let kept = UserChanges {
        name: Some(ada.name.clone()),
        email: ada.email.clone(),
        ..UserChanges::default()
    };
    assert_eq!(updated(&store, ada.id, &kept).await, ada);
    let rewritten = UserChanges {
        name: Some(sample::name("aDA")),
        ..readdress("ADA@example.org")
    };
    let left = updated(&store, ada.id, &rewritten).await;
    assert_eq!(left.name.as_str(), "aDA");
    assert_eq!(left.email, Some(sample::claimed("ADA@example.org")));
}
