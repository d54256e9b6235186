use std::sync::Arc;

use azuma_domain::ports::{Store, UserChanges};
use azuma_domain::session::{Session, SessionPolicy};
use azuma_domain::token::{Generation, TokenHash};
use azuma_testkit::sample::{self, MINUTE, just_before, now, session, token, token_hash};
use azuma_testkit_macros::on_every_store;

use super::{find, find_hash, promote};
use crate::{given, try_write};

#[on_every_store]
async fn a_hash_that_differs_in_one_bit_finds_nothing(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    let mut almost = *token_hash(1, 0).as_bytes();
    almost[31] ^= 1;
    let found = find_hash(&store, TokenHash::from_bytes(almost), now()).await;
    assert_eq!(found, None);
}

#[on_every_store]
async fn a_token_finds_its_own_session_and_user_until_its_last_microsecond(store: Arc<dyn Store>) {
    let (ada, grace) = (given::ada(&store).await, given::grace(&store).await);
    let end = now().plus(MINUTE);
    given::login(&store, 1, ada, end).await;
    given::login(&store, 2, grace, end).await;
    let found = find(&store, 2, 0, just_before(end)).await;
    let found = found.expect("it is live");
    assert_eq!(found.session_id(), sample::session_id(2));
    assert_eq!(found.token, token(2, 0, end));
    assert_eq!(found.newest, Generation::FIRST);
    assert_eq!(found.user.profile().unwrap().name.as_str(), "grace");
    assert_eq!(find(&store, 2, 0, end).await, None);
}

#[on_every_store]
async fn each_of_a_sessions_tokens_is_found_as_itself(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    let next = token(1, 1, now().plus(2 * MINUTE));
    given::token(&store, &next).await;
    let found = find(&store, 1, 1, now()).await.expect("it is live");
    assert_eq!(found.token, next);
    let found = find(&store, 1, 0, now()).await.expect("it is live");
    assert_eq!(found.token, token(1, 0, now().plus(MINUTE)));
}

#[on_every_store]
async fn a_live_token_is_found_though_the_sessions_other_one_has_expired(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now()).await;
    given::token(&store, &token(1, 1, now().plus(MINUTE))).await;
    assert!(find(&store, 1, 1, now()).await.is_some());
    assert_eq!(find(&store, 1, 0, now()).await, None);
}

#[on_every_store]
async fn each_token_is_found_with_the_current_and_the_newest_generation(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let issued = Session {
        policy: SessionPolicy::Rotating,
        ..session(1, ada)
    };
    given::session(&store, &issued, &token(1, 0, now().plus(MINUTE))).await;
    for generation in [1, 2] {
        given::token(&store, &token(1, generation, now().plus(MINUTE))).await;
    }
    promote(&store, 1, 1, now().plus(MINUTE)).await;
    for generation in [0, 1, 2] {
        let found = find(&store, 1, generation, now()).await;
        let found = found.expect("it is live");
        assert_eq!(found.current, Generation::new(1));
        assert_eq!(found.newest, Generation::new(2));
    }
}

#[on_every_store]
async fn the_user_is_found_as_it_is_now(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    let answered = try_write(&store, move |tx| {
        let name = Some(sample::name("lovelace"));
        let changes = UserChanges {
            name,
            ..UserChanges::default()
        };
        tx.users().update(ada, &changes)
    })
    .await;
    let found = find(&store, 1, 0, now()).await.expect("it is live");
    assert_eq!(Ok(found.user.profile().ok().cloned()), answered);
}
