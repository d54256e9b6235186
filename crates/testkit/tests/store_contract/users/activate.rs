use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::Store;
use azuma_domain::user::{AccountState, User, UserId};
use azuma_testkit::all;
use azuma_testkit::sample::{DAY, MINUTE, just_before, now, proved, user_id, waiting};
use azuma_testkit_macros::on_every_store;

use super::{find, find_by_email, find_by_name, release};
use crate::{count, given, linger, write};

async fn activate(store: &Arc<dyn Store>, id: UserId, now: Timestamp) -> bool {
    write(store, move |tx| tx.users().activate(id, now)).await
}

#[on_every_store]
async fn a_waiting_account_becomes_a_user_with_a_proved_address_and_others_wait_on(
    store: Arc<dyn Store>,
) {
    let new = waiting(1, "Ada", now().plus(MINUTE));
    given::account(&store, &new).await;
    given::account(&store, &waiting(2, "eve", now().plus(MINUTE))).await;
    assert!(activate(&store, new.user.id, now()).await);
    let found = find(&store, new.user.id).await.expect("ada");
    let email = Some(proved("Ada@example.org", now()));
    assert_eq!(found, User { email, ..new.user });
    let found = find_by_name(&store, "ada", now()).await.expect("ada");
    assert_eq!(found.state, AccountState::Active);
    assert_eq!(find(&store, user_id(2)).await, None);
}

#[on_every_store]
async fn it_works_to_the_last_microsecond_of_the_wait(store: Arc<dyn Store>) {
    let until = now().plus(MINUTE);
    given::account(&store, &waiting(1, "ada", until)).await;
    assert!(!activate(&store, user_id(1), until).await);
    assert_eq!(find(&store, user_id(1)).await, None);
    assert!(activate(&store, user_id(1), just_before(until)).await);
}

#[on_every_store]
async fn the_user_never_lapses(store: Arc<dyn Store>) {
    given::account(&store, &waiting(1, "ada", now().plus(MINUTE))).await;
    activate(&store, user_id(1), now()).await;
    let much_later = now().plus(365 * DAY);
    release(&store, Some("ada"), Some("ada@example.org"), much_later).await;
    let found = find_by_email(&store, "ada@example.org", much_later).await;
    assert_eq!(found, Some(user_id(1)));
}

#[on_every_store]
async fn an_account_that_does_not_wait_answers_false(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::account(&store, &waiting(2, "eve", now().plus(MINUTE))).await;
    activate(&store, user_id(2), now()).await;
    for never_waiting_or_active_or_unknown in [ada, user_id(2), user_id(3)] {
        assert!(!activate(&store, never_waiting_or_active_or_unknown, now()).await);
    }
}

#[on_every_store]
async fn of_12_racing_calls_one_answers_true(store: Arc<dyn Store>) {
    given::account(&store, &waiting(1, "ada", now().plus(MINUTE))).await;
    let answers = all((0..12).map(|_| {
        write(&store, |tx| {
            let answer = tx.users().activate(user_id(1), now())?;
            linger();
            Ok(answer)
        })
    }))
    .await;
    assert_eq!(count(&answers), 1);
}
