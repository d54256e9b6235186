use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_testkit::sample::{MINUTE, just_before, now, token};
use azuma_testkit_macros::on_every_store;

use super::{end, is_live};
use crate::given;

#[on_every_store]
async fn a_session_is_live_while_its_token_is_and_it_has_not_ended(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let expires_at = now().plus(MINUTE);
    given::login(&store, 1, ada, expires_at).await;
    assert!(is_live(&store, 1, just_before(expires_at)).await);
    assert!(!is_live(&store, 1, expires_at).await);
    end(&store, ada, 1).await;
    assert!(!is_live(&store, 1, now()).await);
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
