use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::Store;
use azuma_domain::session::SessionToken;
use azuma_testkit::sample::{MINUTE, now, session, token};
use azuma_testkit_macros::on_every_store;

use super::{end, tokens};
use crate::given;

#[on_every_store]
async fn they_come_by_generation(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let written: Vec<SessionToken> = (0..12)
        .map(|generation| token(1, generation, now().plus(MINUTE)))
        .collect();
    given::session(&store, &session(1, ada), &written[0]).await;
    for number in [7, 2, 11, 1, 10, 5, 3, 9, 4, 8, 6] {
        given::token(&store, &written[number]).await;
    }
    assert_eq!(tokens(&store, 1).await, written);
}

#[on_every_store]
async fn expired_ones_are_among_them_and_those_of_other_sessions_are_not(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let first = token(1, 0, Timestamp::from_micros(1));
    given::session(&store, &session(1, ada), &first).await;
    given::login(&store, 2, ada, now().plus(MINUTE)).await;
    let next = token(1, 1, now().plus(MINUTE));
    given::token(&store, &next).await;
    assert_eq!(tokens(&store, 1).await, vec![first, next]);
}

#[on_every_store]
async fn an_ended_session_has_none(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    end(&store, ada, 1).await;
    assert_eq!(tokens(&store, 1).await, vec![]);
}
