use std::sync::Arc;
use std::thread;
use std::time::Duration;

use azuma_domain::ports::{Store, Transaction, UserChanges, WriteError};
use azuma_domain::user::{AccountState, Credential, UserId, UserName};
use azuma_testkit::sample::{self, MINUTE, now, user_id, waiting};
use azuma_testkit::{all, both};
use azuma_testkit_macros::on_every_store;

use super::update;
use crate::units::Signal;
use crate::{given, linger, try_write, write};

/// How long one transaction keeps the lock, so that the other one has to wait for it.
const HELD: Duration = Duration::from_millis(150);

async fn lock(store: &Arc<dyn Store>, id: UserId) -> Option<Credential> {
    write(store, move |tx| tx.users().lock(id)).await
}

fn set_hash(tx: &mut dyn Transaction, id: UserId, text: &str) -> Result<(), WriteError> {
    let changes = UserChanges {
        password_hash: Some(sample::password_hash(text)),
        ..UserChanges::default()
    };
    tx.users().update(id, &changes).map(|_| ())
}

#[on_every_store]
async fn it_answers_the_credential_and_for_an_unknown_id_nobody(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let until = now().plus(MINUTE);
    given::account(&store, &waiting(2, "eve", until)).await;
    for (id, name, state) in [
        (ada, "ada", AccountState::Active),
        (user_id(2), "eve", AccountState::Pending { until }),
    ] {
        let expected = Credential {
            user_id: id,
            password_hash: sample::password_hash(name),
            state,
        };
        assert_eq!(lock(&store, id).await, Some(expected));
    }
    assert_eq!(lock(&store, user_id(3)).await, None);
}

#[on_every_store]
async fn it_leaves_the_name_to_be_asked_for(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::account(&store, &waiting(2, "Grace", now().plus(MINUTE))).await;
    let names = write(&store, move |tx| {
        let ids = [ada, user_id(2), user_id(3)];
        ids.into_iter().map(|id| tx.users().name_of(id)).collect()
    })
    .await;
    let names: Vec<Option<UserName>> = names;
    let expected = [Some(sample::name("ada")), Some(sample::name("Grace")), None];
    assert_eq!(names, expected);
}

#[on_every_store]
async fn the_one_who_waited_sees_the_account_as_the_other_left_it(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let hash = |tx: &mut dyn Transaction, id| -> Result<String, WriteError> {
        let locked = tx.users().lock(id)?.expect("ada is there");
        Ok(locked.password_hash.as_phc().to_owned())
    };
    // Each appends a letter to the hash it read under the lock.
    let results = all((0..16).map(|_| {
        try_write(&store, move |tx| {
            let longer = format!("{}x", hash(tx, ada)?.trim_start_matches("$sample$"));
            linger();
            set_hash(tx, ada, &longer)
        })
    }))
    .await;
    assert_eq!(results, vec![Ok(()); 16]);
    let left = lock(&store, ada).await.expect("ada is there");
    let expected = sample::password_hash(&format!("ada{}", "x".repeat(16)));
    assert_eq!(left.password_hash.as_phc(), expected.as_phc());
}

#[on_every_store]
async fn the_account_stays_as_it_is_until_the_transaction_ends(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let locked = Signal::default();
    let holder = write(&store, {
        let locked = locked.clone();
        move |tx| {
            let before = tx.users().lock(ada)?;
            locked.raise();
            thread::sleep(HELD);
            Ok((before, tx.users().lock(ada)?))
        }
    });
    let changer = async {
        locked.raised().await;
        let changes = UserChanges {
            password_hash: Some(sample::password_hash("new")),
            ..UserChanges::default()
        };
        update(&store, ada, &changes).await
    };
    let ((before, after), changed) = both(holder, changer).await;
    assert!(changed.is_ok_and(|user| user.is_some()));
    assert_eq!(before, after);
}

#[on_every_store]
async fn the_account_stays_until_the_transaction_ends(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let locked = Signal::default();
    let holder = write(&store, {
        let locked = locked.clone();
        move |tx| {
            tx.users().lock(ada)?;
            locked.raise();
            thread::sleep(HELD);
            tx.users().find(ada)
        }
    });
    let deleter = async {
        locked.raised().await;
        write(&store, move |tx| tx.users().delete(ada)).await
    };
    let (still_there, deleted) = both(holder, deleter).await;
    assert!(deleted);
    assert!(still_there.is_some());
}

#[on_every_store]
async fn a_session_can_be_added_under_it_while_a_deletion_waits(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let locked = Signal::default();
    let login = write(&store, {
        let locked = locked.clone();
        move |tx| {
            let found = tx.users().lock(ada)?;
            locked.raise();
            thread::sleep(HELD);
            let first = sample::token(1, 0, now().plus(MINUTE));
            tx.sessions().insert(&sample::session(1, ada), &first)?;
            Ok(found.is_some())
        }
    });
    let deleter = async {
        locked.raised().await;
        write(&store, move |tx| tx.users().delete(ada)).await
    };
    assert_eq!(both(login, deleter).await, (true, true));
}

#[on_every_store]
async fn the_one_who_waited_for_a_deletion_finds_nobody(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let deleted = Signal::default();
    let deleter = write(&store, {
        let deleted = deleted.clone();
        move |tx| {
            tx.users().delete(ada)?;
            deleted.raise();
            thread::sleep(HELD);
            Ok(())
        }
    });
    let locker = async {
        deleted.raised().await;
        lock(&store, ada).await
    };
    let ((), found) = both(deleter, locker).await;
    assert_eq!(found, None);
}
