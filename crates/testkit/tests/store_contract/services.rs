//! [`ServiceRepository`](azuma_domain::ports::ServiceRepository).

use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::Store;
use azuma_domain::service::{ListedService, Service, ServiceId, ServiceName, ServiceToken};
use azuma_domain::token::TokenHash;
use azuma_testkit::all;
use azuma_testkit::sample::{MINUTE, just_before, now};
use azuma_testkit_macros::on_every_store;
use uuid::Uuid;

use super::{count, look, write};

fn name(text: &str) -> ServiceName {
    ServiceName::parse(text).expect("a name")
}

/// The hash of a token, made of its number.
fn hash(number: u128) -> TokenHash {
    ServiceToken::from_random([0, number]).hash()
}

fn service(number: u128, text: &str) -> Service {
    Service {
        id: ServiceId::new(Uuid::from_u128(number)),
        name: name(text),
        created_at: now(),
    }
}

/// Adds the service with the token of its number.
async fn insert(store: &Arc<dyn Store>, number: u128, text: &str) -> bool {
    let service = service(number, text);
    write(store, move |tx| {
        tx.services().insert(&service, &hash(number))
    })
    .await
}

async fn find(store: &Arc<dyn Store>, number: u128, now: Timestamp) -> Option<Service> {
    look(store, move |reader| {
        reader.services().find_by_token(&hash(number), now)
    })
    .await
}

async fn rotate(
    store: &Arc<dyn Store>,
    text: &str,
    number: u128,
    old_expire_at: Timestamp,
) -> Option<ServiceId> {
    let name = name(text);
    write(store, move |tx| {
        tx.services()
            .rotate(&name, &hash(number), now(), old_expire_at)
    })
    .await
}

async fn list(store: &Arc<dyn Store>, now: Timestamp, limit: u32) -> Vec<ListedService> {
    look(store, move |reader| reader.services().list(now, limit)).await
}

#[on_every_store]
async fn a_service_is_found_by_its_token_and_by_no_other(store: Arc<dyn Store>) {
    assert!(insert(&store, 1, "chat").await);
    assert!(insert(&store, 2, "web").await);
    assert_eq!(find(&store, 1, now()).await, Some(service(1, "chat")));
    assert_eq!(find(&store, 2, now()).await, Some(service(2, "web")));
    assert_eq!(find(&store, 3, now()).await, None);
}

#[on_every_store]
async fn of_racing_inserts_of_one_name_one_succeeds(store: Arc<dyn Store>) {
    let racing = (1..=8).map(async |number| insert(&store, number, "chat").await);
    assert_eq!(count(&all(racing).await), 1);
    let found = all((1..=8).map(async |number| find(&store, number, now()).await)).await;
    assert_eq!(
        found.iter().flatten().count(),
        1,
        "the others have no token"
    );
}

#[on_every_store]
async fn earlier_tokens_expire_at_the_given_time_or_their_own_sooner_one(store: Arc<dyn Store>) {
    insert(&store, 1, "chat").await;
    let soon = now().plus(MINUTE);
    assert_eq!(
        rotate(&store, "chat", 2, soon).await,
        Some(service(1, "chat").id)
    );
    rotate(&store, "chat", 3, soon.plus(MINUTE)).await;
    for (number, end) in [(1, soon), (2, soon.plus(MINUTE))] {
        assert!(find(&store, number, just_before(end)).await.is_some());
        assert_eq!(find(&store, number, end).await, None);
    }
    assert!(find(&store, 3, soon.plus(60 * MINUTE)).await.is_some());
    rotate(&store, "chat", 4, now()).await;
    for number in 1..=3 {
        assert_eq!(find(&store, number, now()).await, None, "{number}");
    }
    assert_eq!(rotate(&store, "web", 5, now()).await, None);
    assert_eq!(find(&store, 5, now()).await, None);
}

#[on_every_store]
async fn a_revoked_service_is_gone_with_its_tokens_and_its_name_is_free(store: Arc<dyn Store>) {
    insert(&store, 1, "chat").await;
    let revoke = || write(&store, |tx| tx.services().revoke(&name("chat")));
    assert_eq!(revoke().await, Some(service(1, "chat").id));
    assert_eq!(revoke().await, None);
    assert_eq!(find(&store, 1, now()).await, None);
    assert!(insert(&store, 2, "chat").await);
}

#[on_every_store]
async fn services_are_listed_by_name_with_what_is_left_of_earlier_tokens(store: Arc<dyn Store>) {
    insert(&store, 1, "web").await;
    insert(&store, 2, "chat").await;
    let soon = now().plus(MINUTE);
    rotate(&store, "web", 3, soon).await;
    let (chat, web) = ("chat".to_owned(), "web".to_owned());
    let expected = [(chat.clone(), None), (web.clone(), Some(soon))];
    let store = &store;
    let rows = |at| async move {
        let listed = list(store, at, 9).await;
        let rows = listed.into_iter();
        let rows = rows.map(|row| (row.service.name.as_str().to_owned(), row.earlier_until));
        rows.collect::<Vec<_>>()
    };
    assert_eq!(rows(now()).await, expected);
    assert_eq!(rows(soon).await, [(chat, None), (web, None)]);
    assert_eq!(list(store, now(), 1).await.len(), 1);
}
