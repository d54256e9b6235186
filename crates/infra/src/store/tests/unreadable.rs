//! Rows that somebody else wrote, and that make no sense.

use azuma_domain::recovery::RecoveryRequest;
use azuma_domain::testing::sample::{SECOND, recovery};

use super::*;

#[tokio::test]
async fn a_value_that_cannot_be_read_is_a_failure() {
    let (_directory, url) = fresh();
    let store = open(&url, PoolOptions::default());
    let ada = account(1, "ada");
    let inserted: Result<(), azuma_domain::ports::WriteError> =
        store.transact(move |tx| Ok(tx.users().insert(&ada)?)).await;
    inserted.expect("nobody holds the name");
    let mut connection = DbConnection::open(&url, Duration::from_secs(1)).expect("a connection");
    for spoil in ["SET name = ''", "SET name = 'ada', created_at = -1"] {
        connection
            .batch_execute(&format!("UPDATE users {spoil}"))
            .expect("a spoilt row");
        let found = store.read(|tx| tx.users().find(user_id(1))).await;
        assert!(matches!(found, Err(StoreError::Failed(_))), "{spoil}");
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_put_back_for_those_that_can() {
    let (_directory, url) = fresh();
    DbConnection::open(&url, Duration::from_secs(1))
        .expect("a connection")
        .batch_execute("INSERT INTO recoveries VALUES (zeroblob(16), 'nowhere', 'en', 0)")
        .expect("a request");
    let store = open(&url, PoolOptions::default());
    let written = recovery(1, "ada@example.org", now());
    let request = written.clone();
    let inserted = store.transact(move |tx| Ok(tx.recoveries().insert(&request)?));
    let inserted: Result<(), StoreError> = inserted.await;
    inserted.expect("a request");
    let taken = take_oldest(&store).await;
    assert!(matches!(taken, Err(StoreError::Failed(_))), "{taken:?}");
    let put_back = store.transact(|tx| Ok(tx.recoveries().put_oldest_back(now().plus(SECOND))?));
    let put_back: Result<(), StoreError> = put_back.await;
    put_back.expect("it needs not be read");
    assert_eq!(
        take_oldest(&store).await.expect("it is readable"),
        [written]
    );
}

async fn take_oldest(store: &Arc<dyn Store>) -> Result<Vec<RecoveryRequest>, StoreError> {
    store.transact(|tx| Ok(tx.recoveries().take(1)?)).await
}
