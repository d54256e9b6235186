//! Rows that cannot be read, because somebody else wrote them.

use azuma_domain::Timestamp;
use azuma_domain::mail::{Language, LeasedMail, UnreadableMail};
use azuma_domain::ports::{NewUser, Transaction, UserChanges};
use azuma_domain::recovery::RecoveryId;
use azuma_domain::session::UserUnreadable;
use azuma_domain::user::User;
use azuma_testkit::sample::{SECOND, claimed, email, mail, mail_id, session, token};
use uuid::Uuid;

use super::*;

#[tokio::test]
async fn a_value_that_cannot_be_read_is_a_failure() {
    let (_directory, url) = fresh();
    let store = open(&url, PoolOptions::default());
    let ada = account(1, "ada");
    let inserted: Result<(), azuma_domain::ports::WriteError> =
        store.transact(move |tx| Ok(tx.users().insert(&ada)?)).await;
    inserted.expect("nobody holds the name");
    let mut connection = connect(&url);
    for spoil in ["SET name = ''", "SET name = 'ada', created_at = -1"] {
        connection
            .batch_execute(&format!("UPDATE users {spoil}"))
            .expect("a spoilt row");
        let found = store.read(|tx| tx.users().find(user_id(1))).await;
        assert!(matches!(found, Err(StoreError::Failed(_))), "{spoil}");
    }
}

#[tokio::test]
async fn an_account_whose_name_cannot_be_read_is_found_for_whatever_needs_no_name() {
    let (_directory, url) = fresh();
    let store = open(&url, PoolOptions::default());
    let ada = NewUser {
        user: User {
            email: Some(claimed("ada@example.org")),
            ..account(1, "ada").user
        },
        ..account(1, "ada")
    };
    let inserted: Result<(), azuma_domain::ports::WriteError> = store
        .transact(move |tx| {
            tx.users().insert(&ada)?;
            let first = token(1, 0, now().plus(SECOND));
            Ok(tx.sessions().insert(&session(1, user_id(1)), &first)?)
        })
        .await;
    inserted.expect("an account");
    connect(&url)
        .batch_execute("UPDATE users SET name = 'ῌ', name_key = 'ῃ'")
        .expect("a name of an earlier release");
    let done = store.transact(|tx| {
        let users = tx.users();
        assert!(users.find(user_id(1)).is_err());
        assert!(users.lock(user_id(1))?.is_some());
        assert_eq!(users.name_of(user_id(1))?, None);
        assert!(
            users
                .find_by_email(&email("ada@example.org"), now())?
                .is_some()
        );
        users.release(None, Some(&email("ada@example.org")), now())?;
        let hash = token(1, 0, now()).hash;
        let found = tx
            .sessions()
            .find_by_token(&hash, now())?
            .expect("a session");
        assert_eq!(found.user.id, user_id(1));
        assert_eq!(found.user.profile(), Err(UserUnreadable(user_id(1))));
        let changes = UserChanges {
            name: Some(name("grace")),
            ..UserChanges::default()
        };
        assert!(tx.users().update(user_id(1), &changes)?.is_some());
        Ok(tx.users().delete(user_id(1))?)
    });
    let done: Result<_, azuma_domain::ports::WriteError> = done.await;
    assert!(done.expect("none of it needs the name"));
}

#[tokio::test]
async fn a_request_that_cannot_be_read_can_be_postponed_and_discarded() {
    let (_directory, url) = fresh();
    connect(&url)
        .batch_execute("INSERT INTO recoveries VALUES (zeroblob(16), 'nowhere', 'en', -1, 0)")
        .expect("a request");
    let store = open(&url, PoolOptions::default());
    let id = RecoveryId::new(Uuid::nil());
    let taken = store.transact(move |tx| {
        assert_eq!(tx.recoveries().next_due(now())?, Some(id));
        Ok(tx.recoveries().take(id)?)
    });
    let taken: Result<_, StoreError> = taken.await;
    assert!(matches!(taken, Err(StoreError::Failed(_))), "{taken:?}");
    let postponed = store.transact(move |tx| {
        // The caller reschedules or discards the request in the transaction that could not read it.
        assert!(tx.recoveries().requested_at(id).is_err());
        Ok(tx.recoveries().reschedule(id, now().plus(SECOND))?)
    });
    let postponed: Result<(), StoreError> = postponed.await;
    postponed.expect("it needs not be read");
    let gone = store.transact(move |tx| {
        tx.recoveries().discard(id)?;
        Ok(tx.recoveries().next_due(now().plus(SECOND))?)
    });
    let gone: Result<_, StoreError> = gone.await;
    assert_eq!(gone.expect("it needs not be read"), None);
}

#[tokio::test]
async fn a_request_of_a_release_that_does_not_know_when_it_is_due_is_due() {
    let (_directory, url) = fresh();
    let insert = "INSERT INTO recoveries (id, address, language, requested_at) \
                  VALUES (zeroblob(16), 'ada@example.org', 'tlh', 7)";
    connect(&url).batch_execute(insert).expect("a request");
    let store = open(&url, PoolOptions::default());
    let taken = store.transact(|tx| {
        let id = tx.recoveries().next_due(now())?.expect("it is due");
        Ok(tx.recoveries().take(id)?)
    });
    let taken: Result<_, StoreError> = taken.await;
    let request = taken.expect("it can be read").expect("it is there");
    assert_eq!(request.language, Language::English);
}

#[tokio::test]
async fn a_message_that_cannot_be_read_holds_up_no_other_and_can_be_buried() {
    let (_directory, url) = fresh();
    let store = open(&url, PoolOptions::default());
    let inserted: Result<(), azuma_domain::ports::WriteError> = store
        .transact(|tx| {
            tx.users().insert(&account(1, "ada"))?;
            for number in 1..=5 {
                tx.outbox().enqueue(&mail(number, user_id(1)))?;
            }
            Ok(())
        })
        .await;
    inserted.expect("five messages");
    let mut connection = connect(&url);
    let spoil = [
        "address = 'nowhere'",
        "link_id = NULL",
        "created_at = -1",
        "user_id = NULL",
    ];
    for (number, spoil) in (1..).zip(spoil) {
        let id = mail_id(number).uuid().simple().to_string();
        connection
            .batch_execute(&format!("UPDATE outbox SET {spoil} WHERE id = x'{id}'"))
            .expect("a spoilt row");
    }
    let until = now().plus(SECOND);
    let leased = store.transact(move |tx| Ok(lease_all(tx, now(), until)?));
    let leased: Result<_, StoreError> = leased.await;
    let leased = leased.expect("no row is an error of the store");
    let readable = leased.iter().filter(|leased| leased.is_ok()).count();
    assert_eq!((readable, leased.len()), (2, 5));
    let unreadable: Vec<_> = leased.into_iter().filter_map(Result::err).collect();
    let reasons: Vec<_> = unreadable.iter().map(|mail| mail.reason.as_str()).collect();
    assert!(
        reasons.contains(&"outbox.address holds a value that cannot be read"),
        "{reasons:?}"
    );
    let buried: Result<(), StoreError> = store
        .transact(move |tx| {
            for mail in &unreadable {
                tx.outbox().dead_letter(mail.lease, now(), &mail.reason)?;
            }
            Ok(())
        })
        .await;
    buried.expect("they need not be read");
    let again = store.transact(move |tx| Ok(lease_all(tx, until, until.plus(SECOND))?));
    let again: Result<_, StoreError> = again.await;
    assert_eq!(again.expect("the others").len(), 2);
}

fn lease_all(
    tx: &mut dyn Transaction,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<Result<LeasedMail, UnreadableMail>>, StoreError> {
    std::iter::from_fn(|| tx.outbox().lease(now, until).transpose()).collect()
}
