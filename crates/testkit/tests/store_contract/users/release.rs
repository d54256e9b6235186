use std::sync::Arc;

use azuma_domain::mail::OutgoingMail;
use azuma_domain::ports::{Conflict, Store};
use azuma_domain::user::{AccountEmail, EmailAddress, User};
use azuma_testkit::all;
use azuma_testkit::sample::{
    self, MICROSECOND, MINUTE, account_with_email, link_hash, mail, now, user_id, waiting,
};
use azuma_testkit_macros::on_every_store;

use super::{find_by_email, find_by_name, is_free, release};
use crate::outbox::lease_all;
use crate::{given, linger, try_write, write};

fn address(user: &User) -> Option<&EmailAddress> {
    user.email.as_ref().map(AccountEmail::address)
}

#[on_every_store]
async fn the_name_of_a_lapsed_account_is_free_in_any_case(store: Arc<dyn Store>) {
    given::account(&store, &waiting(1, "ada", now())).await;
    release(&store, Some("ADA"), None, now()).await;
    assert!(is_free(&store, "Ada").await);
}

#[on_every_store]
async fn the_address_of_a_lapsed_account_is_free_in_any_case(store: Arc<dyn Store>) {
    given::account(&store, &waiting(1, "ada", now())).await;
    release(&store, None, Some("ADA@example.org"), now()).await;
    let eve = account_with_email(2, "eve", "ada@example.org");
    given::account(&store, &eve).await;
    let found = find_by_email(&store, "ada@example.org", now()).await;
    assert_eq!(found, Some(eve.user.id));
    assert!(is_free(&store, "ada").await);
}

#[on_every_store]
async fn both_holders_go_where_two_lapsed_accounts_hold_them(store: Arc<dyn Store>) {
    given::account(&store, &waiting(1, "ada", now())).await;
    given::account(&store, &waiting(2, "grace", now())).await;
    release(&store, Some("ada"), Some("grace@example.org"), now()).await;
    assert!(is_free(&store, "ada").await && is_free(&store, "grace").await);
}

#[on_every_store]
async fn name_and_address_can_be_taken_in_the_same_transaction(store: Arc<dyn Store>) {
    given::account(&store, &waiting(1, "ada", now())).await;
    let new = account_with_email(2, "ada", "ada@example.org");
    let taken = try_write(&store, move |tx| {
        tx.users()
            .release(Some(&new.user.name), address(&new.user), now())?;
        tx.users().insert(&new)
    })
    .await;
    assert_eq!(taken, Ok(()));
}

#[on_every_store]
async fn a_user_and_an_account_that_waits_for_a_microsecond_more_stay(store: Arc<dyn Store>) {
    given::ada(&store).await;
    given::account(&store, &waiting(2, "eve", now().plus(MICROSECOND))).await;
    for name in ["ada", "eve"] {
        let email = format!("{name}@example.org");
        release(&store, Some(name), Some(&email), now()).await;
        assert!(find_by_name(&store, name, now()).await.is_some());
    }
}

#[on_every_store]
async fn a_lapsed_account_that_holds_nothing_asked_for_stays(store: Arc<dyn Store>) {
    let mut without_email = waiting(2, "zoe", now());
    without_email.user.email = None;
    for lapsed in [waiting(1, "ada", now()), without_email] {
        given::account(&store, &lapsed).await;
    }
    release(&store, None, None, now()).await;
    release(&store, Some("grace"), None, now()).await;
    release(&store, Some("grace"), Some("eve@example.org"), now()).await;
    for name in ["ada", "zoe"] {
        assert!(!is_free(&store, name).await);
    }
}

#[on_every_store]
async fn a_lapsed_account_goes_with_its_link_and_the_mail_to_it_stays(store: Arc<dyn Store>) {
    given::account(&store, &waiting(1, "ada", now())).await;
    given::belongings(&store, 1, user_id(1)).await;
    release(&store, Some("ada"), None, now()).await;
    let taken = write(&store, |tx| tx.links().consume(&link_hash(1), now())).await;
    assert_eq!(taken, None);
    let leased = write(&store, |tx| lease_all(tx, now(), now().plus(MINUTE))).await;
    let expected = OutgoingMail {
        user_id: None,
        ..mail(1, user_id(1))
    };
    assert_eq!(leased.len(), 1);
    assert_eq!(leased[0].mail, expected);
}

#[on_every_store]
async fn of_24_racing_takeovers_of_a_lapsed_name_one_succeeds(store: Arc<dyn Store>) {
    given::account(&store, &waiting(1, "ada", now())).await;
    let results = all((2..26).map(|number| {
        let new = account_with_email(number, "ada", "ada@example.org");
        try_write(&store, move |tx| {
            tx.users()
                .release(Some(&new.user.name), address(&new.user), now())?;
            tx.users().insert(&new)?;
            linger();
            Ok(())
        })
    }))
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
}

#[on_every_store]
async fn crossed_takeovers_never_fail_but_by_conflict(store: Arc<dyn Store>) {
    for number in 1..=8 {
        let lapsed = waiting(number, &format!("u{number}"), now());
        given::account(&store, &lapsed).await;
    }
    // Each wants the name of one and the address of another, and holds what the next one wants.
    let results = all((1..=8_u32).map(|number| {
        let name = format!("u{number}");
        let email = format!("u{}@example.org", number % 8 + 1);
        let new = account_with_email(100 + number, &name, &email);
        try_write(&store, move |tx| {
            tx.users()
                .release(Some(&new.user.name), address(&new.user), now())?;
            linger();
            tx.users().insert(&new)
        })
    }))
    .await;
    // `try_write` fails the test on any error but a conflict. No two want the same name or the same address.
    assert_eq!(results, vec![Ok::<(), Conflict>(()); 8]);
}

#[on_every_store]
async fn a_name_released_in_vain_is_held_again(store: Arc<dyn Store>) {
    given::account(&store, &waiting(1, "ada", now())).await;
    let refused = try_write(&store, |tx| {
        tx.users()
            .release(Some(&sample::name("ada")), None, now())?;
        Err::<(), _>(Conflict::Email.into())
    })
    .await;
    assert_eq!(refused, Err(Conflict::Email));
    assert!(!is_free(&store, "ada").await);
}
