use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::{
    Cause, Decision, InvalidationNumber, SessionUse, Store, UserChanges, Work,
};
use azuma_domain::session::SessionId;
use azuma_domain::token::Generation;
use azuma_domain::user::{Change, UserId};
use azuma_testkit::sample::{self, DAY, MINUTE, now, session_id, token_hash, user_id};
use azuma_testkit_macros::on_every_store;

use super::{from, invalidated};
use crate::{given, try_write, write};

fn later() -> Timestamp {
    now().plus(DAY)
}

/// `ada`, with session 1.
async fn ada_logged_in(store: &Arc<dyn Store>) -> UserId {
    let ada = given::ada(store).await;
    given::login(store, 1, ada, later()).await;
    ada
}

/// Gives the user a status.
async fn change(store: &Arc<dyn Store>, user_id: UserId) {
    let changes = UserChanges {
        status: Change::Set(sample::status("away")),
        ..UserChanges::default()
    };
    update(store, user_id, changes).await;
}

async fn update(store: &Arc<dyn Store>, user_id: UserId, changes: UserChanges) {
    let done = try_write(store, move |tx| tx.users().update(user_id, &changes)).await;
    assert!(done.expect("nothing unique is changed").is_some());
}

async fn end(store: &Arc<dyn Store>, user_id: UserId, id: SessionId) -> bool {
    write(store, move |tx| tx.sessions().revoke(user_id, id)).await
}

async fn promote(store: &Arc<dyn Store>, to: u32) -> bool {
    write(store, move |tx| {
        let to = Generation::new(to);
        tx.sessions().promote(session_id(1), to, now().plus(MINUTE))
    })
    .await
}

#[on_every_store]
async fn a_new_account_a_new_session_and_a_use_cause_none(store: Arc<dyn Store>) {
    ada_logged_in(&store).await;
    write(&store, |tx| {
        tx.sessions().record_uses(&[SessionUse {
            hash: token_hash(1, 0),
            used_at: now(),
            extended_to: Some(later().plus(DAY)),
        }])
    })
    .await;
    assert_eq!(invalidated(&store).await, []);
}

#[on_every_store]
async fn ending_a_session_causes_one_if_it_is_there(store: Arc<dyn Store>) {
    let ada = ada_logged_in(&store).await;
    assert!(!end(&store, ada, session_id(2)).await);
    assert_eq!(invalidated(&store).await, []);
    assert!(end(&store, ada, session_id(1)).await);
    assert_eq!(invalidated(&store).await, [ada]);
}

#[on_every_store]
async fn ending_all_sessions_causes_one_if_there_are_any(store: Arc<dyn Store>) {
    let ada = ada_logged_in(&store).await;
    let end_all = |except| write(&store, move |tx| tx.sessions().revoke_all(ada, except));
    end_all(Some(session_id(1))).await;
    assert_eq!(invalidated(&store).await, []);
    given::login(&store, 2, ada, later()).await;
    end_all(None).await;
    assert_eq!(invalidated(&store).await, [ada]);
}

#[on_every_store]
async fn ending_the_sessions_used_least_causes_one_if_there_are_any(store: Arc<dyn Store>) {
    let ada = ada_logged_in(&store).await;
    let end_least_used = || {
        write(&store, move |tx| {
            tx.sessions().revoke_least_used(ada, 1, now(), 10)
        })
    };
    end_least_used().await;
    assert_eq!(invalidated(&store).await, []);
    given::login(&store, 2, ada, later()).await;
    given::login(&store, 3, ada, later()).await;
    end_least_used().await;
    assert_eq!(invalidated(&store).await, [ada]);
}

#[on_every_store]
async fn ending_surplus_sessions_causes_one_if_there_are_any(store: Arc<dyn Store>) {
    let ada = ada_logged_in(&store).await;
    let end_surplus = || {
        write(&store, move |tx| {
            tx.sessions().revoke_surplus(ada, None, 1, 10)
        })
    };
    end_surplus().await;
    assert_eq!(invalidated(&store).await, []);
    given::login(&store, 2, ada, later()).await;
    end_surplus().await;
    assert_eq!(invalidated(&store).await, [ada]);
}

#[on_every_store]
async fn ending_anybodys_sessions_causes_one_for_each_user(store: Arc<dyn Store>) {
    let ada = ada_logged_in(&store).await;
    let grace = given::grace(&store).await;
    given::login(&store, 2, grace, later()).await;
    given::login(&store, 3, ada, later()).await;
    write(&store, |tx| {
        tx.sessions().revoke_issued_before(now().plus(MINUTE), 10)
    })
    .await;
    let mut users = invalidated(&store).await;
    users.sort();
    assert_eq!(users, [ada, grace]);
}

#[on_every_store]
async fn changing_a_user_causes_one_if_anything_changes(store: Arc<dyn Store>) {
    let ada = ada_logged_in(&store).await;
    update(&store, ada, UserChanges::default()).await;
    assert_eq!(invalidated(&store).await, []);
    change(&store, ada).await;
    assert_eq!(invalidated(&store).await, [ada]);
}

#[on_every_store]
async fn proving_an_address_causes_one(store: Arc<dyn Store>) {
    let ada = ada_logged_in(&store).await;
    write(&store, move |tx| tx.users().prove_email(ada, now())).await;
    assert_eq!(invalidated(&store).await, [ada]);
}

#[on_every_store]
async fn deleting_a_user_causes_one_if_it_is_there(store: Arc<dyn Store>) {
    let ada = ada_logged_in(&store).await;
    assert!(!write(&store, |tx| tx.users().delete(user_id(9))).await);
    assert_eq!(invalidated(&store).await, []);
    assert!(write(&store, move |tx| tx.users().delete(ada)).await);
    assert_eq!(invalidated(&store).await, [ada]);
}

#[on_every_store]
async fn promoting_a_session_causes_one_unless_it_is_in_vain(store: Arc<dyn Store>) {
    let ada = ada_logged_in(&store).await;
    assert!(!promote(&store, 0).await);
    assert_eq!(invalidated(&store).await, []);
    assert!(promote(&store, 1).await);
    assert_eq!(invalidated(&store).await, [ada]);
}

#[on_every_store]
async fn a_further_token_causes_one_unless_it_is_refused(store: Arc<dyn Store>) {
    let ada = ada_logged_in(&store).await;
    for refused in [sample::token(1, 0, later()), sample::token(2, 0, later())] {
        assert!(!write(&store, move |tx| tx.sessions().insert_token(&refused)).await);
    }
    assert_eq!(invalidated(&store).await, []);
    given::token(&store, &sample::token(1, 1, later())).await;
    assert_eq!(invalidated(&store).await, [ada]);
}

#[on_every_store]
async fn several_changes_to_one_user_cause_one(store: Arc<dyn Store>) {
    let ada = ada_logged_in(&store).await;
    given::login(&store, 2, ada, later()).await;
    write(&store, move |tx| {
        tx.sessions().revoke(ada, session_id(1))?;
        tx.sessions().revoke(ada, session_id(2))?;
        tx.users().delete(ada)
    })
    .await;
    assert_eq!(invalidated(&store).await, [ada]);
}

#[on_every_store]
async fn what_is_rolled_back_causes_none(store: Arc<dyn Store>) {
    let ada = ada_logged_in(&store).await;
    let done = store.run(Work::write(move |tx| {
        assert!(tx.users().delete(ada)?);
        Ok(Decision::RollBack)
    }));
    done.await.expect("a refusal is no error of the store");
    assert_eq!(invalidated(&store).await, []);
}

#[on_every_store]
async fn sweeping_causes_none(store: Arc<dyn Store>) {
    ada_logged_in(&store).await;
    given::account(&store, &sample::waiting(2, "grace", now())).await;
    let swept = write(&store, |tx| {
        let tokens = tx.sessions().delete_expired(later(), 10)?;
        Ok(tokens + tx.users().delete_lapsed(later(), 10)?)
    })
    .await;
    assert_eq!(swept, 2);
    assert_eq!(invalidated(&store).await, []);
}

#[on_every_store]
async fn a_probe_is_there_though_nobody_has_the_id(store: Arc<dyn Store>) {
    let nobody = user_id(9);
    write(&store, move |tx| tx.invalidations().add_probe(nobody)).await;
    assert_eq!(invalidated(&store).await, [nobody]);
}

#[on_every_store]
async fn each_says_what_changed(store: Arc<dyn Store>) {
    let ada = ada_logged_in(&store).await;
    for number in 2..=5 {
        given::login(&store, number, ada, later()).await;
    }
    given::token(&store, &sample::token(1, 1, later())).await;
    assert!(promote(&store, 1).await);
    assert!(end(&store, ada, session_id(2)).await);
    write(&store, move |tx| {
        tx.sessions().revoke(ada, session_id(3))?;
        tx.sessions().revoke(ada, session_id(4))
    })
    .await;
    change(&store, ada).await;
    write(&store, move |tx| tx.sessions().revoke_all(ada, None)).await;
    assert!(write(&store, move |tx| tx.users().disable(ada, None, now())).await);
    assert!(write(&store, move |tx| tx.users().enable(ada)).await);
    assert!(write(&store, move |tx| tx.users().delete(ada)).await);
    write(&store, move |tx| tx.invalidations().add_probe(ada)).await;
    let told = from(&store, InvalidationNumber::default()).await;
    let told: Vec<_> = told.into_iter().map(|row| row.cause).collect();
    let expected = [
        Cause::SessionChanged(session_id(1)),
        Cause::SessionChanged(session_id(1)),
        Cause::SessionEnded(session_id(2)),
        Cause::SessionsEnded,
        Cause::UserChanged,
        Cause::SessionsEnded,
        Cause::UserDisabled,
        Cause::UserChanged,
        Cause::UserDeleted,
        Cause::Probe,
    ];
    assert_eq!(told, expected);
}
