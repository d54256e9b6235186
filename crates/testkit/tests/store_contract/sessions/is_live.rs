use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_testkit::sample::{MINUTE, just_before, now, token};
use azuma_testkit_macros::on_every_store;

use super::{end, is_live};
use crate::given;

#[on_every_store]
async fn a_session_is_live_while_its_token_is(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let end = now().plus(MINUTE);
    given::login(&store, 1, ada, end).await;
    assert!(is_live(&store, 1, just_before(end)).await);
}

#[on_every_store]
async fn a_session_is_not_live_once_its_token_expires(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let end = now().plus(MINUTE);
    given::login(&store, 1, ada, end).await;
    assert!(!is_live(&store, 1, end).await);
}

#[on_every_store]
async fn a_session_is_live_while_only_its_next_token_is(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now()).await;
    given::token(&store, &token(1, 1, now().plus(MINUTE))).await;
    assert!(is_live(&store, 1, now()).await);
}

#[on_every_store]
async fn a_session_is_not_live_because_another_is(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now()).await;
    given::login(&store, 2, ada, now().plus(MINUTE)).await;
    assert!(!is_live(&store, 1, now()).await);
}

#[on_every_store]
async fn an_unknown_session_is_not_live(store: Arc<dyn Store>) {
    assert!(!is_live(&store, 1, now()).await);
}

#[on_every_store]
async fn an_ended_session_is_not_live(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    end(&store, ada, 1).await;
    assert!(!is_live(&store, 1, now()).await);
}
