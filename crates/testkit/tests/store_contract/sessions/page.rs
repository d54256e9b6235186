//! The sessions of all users.

use std::sync::Arc;

use azuma_domain::ports::{SessionPage, Store};
use azuma_domain::session::SessionId;
use azuma_testkit::sample::{DAY, MINUTE, now, session_id, token};
use azuma_testkit_macros::on_every_store;

use super::{list, numbers, promote};
use crate::{given, look};

async fn page(store: &Arc<dyn Store>, after: Option<SessionId>, limit: u32) -> SessionPage {
    look(store, move |tx| tx.sessions().page(after, now(), limit)).await
}

#[on_every_store]
async fn they_come_in_the_order_of_their_ids_page_by_page(store: Arc<dyn Store>) {
    let (ada, grace) = (given::ada(&store).await, given::grace(&store).await);
    for (number, user_id) in [(4, ada), (2, grace), (1, ada), (3, grace), (5, ada)] {
        given::login(&store, number, user_id, now().plus(DAY)).await;
    }
    let first = page(&store, None, 2).await;
    assert_eq!(numbers(&first.live), [1, 2]);
    assert_eq!(first.last, Some(session_id(2)));
    let second = page(&store, first.last, 3).await;
    assert_eq!(numbers(&second.live), [3, 4, 5]);
    let none = page(&store, second.last, 3).await;
    assert_eq!((none.live, none.last), (vec![], None));
    let all = page(&store, None, 10).await;
    assert_eq!(numbers(&all.live), [1, 2, 3, 4, 5]);
    assert_eq!(all.last, None);
}

#[on_every_store]
async fn expired_ones_are_left_out_and_make_no_page_longer(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for number in 1..=3 {
        given::login(&store, number, ada, now()).await;
    }
    given::login(&store, 4, ada, now().plus(MINUTE)).await;
    let first = page(&store, None, 3).await;
    assert_eq!((first.live, first.last), (vec![], Some(session_id(3))));
    let second = page(&store, first.last, 3).await;
    assert_eq!(numbers(&second.live), [4]);
    assert_eq!(second.last, None);
}

#[on_every_store]
async fn a_session_comes_as_its_user_sees_it(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(DAY)).await;
    given::token(&store, &token(1, 1, now().plus(2 * DAY))).await;
    promote(&store, 1, 1, now()).await;
    let live = page(&store, None, 10).await.live;
    assert_eq!(live, list(&store, ada, now()).await);
    assert_eq!(live[0].token, token(1, 1, now().plus(2 * DAY)));
}

#[on_every_store]
async fn the_owner_of_a_session_is_its_user_though_it_has_expired(store: Arc<dyn Store>) {
    let (ada, grace) = (given::ada(&store).await, given::grace(&store).await);
    given::login(&store, 1, ada, now().plus(DAY)).await;
    given::login(&store, 2, grace, now()).await;
    let owner = |number| look(&store, move |tx| tx.sessions().owner(session_id(number)));
    assert_eq!(owner(1).await, Some(ada));
    assert_eq!(owner(2).await, Some(grace));
    assert_eq!(owner(3).await, None);
}

#[on_every_store]
async fn sessions_with_their_tokens_come_page_by_page_live_or_not(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for number in 1..=3 {
        given::login(&store, number, ada, now()).await;
    }
    given::token(&store, &token(2, 1, now().plus(DAY))).await;
    let page = |after, limit| {
        look(&store, move |tx| {
            tx.sessions().page_with_tokens(after, limit)
        })
    };
    let first = page(None, 2).await;
    let found: Vec<_> = first
        .sessions
        .iter()
        .map(|found| (found.session.id, found.tokens.clone()))
        .collect();
    let tokens = [token(2, 0, now()), token(2, 1, now().plus(DAY))];
    assert_eq!(
        found,
        [
            (session_id(1), vec![token(1, 0, now())]),
            (session_id(2), tokens.to_vec()),
        ]
    );
    assert_eq!(first.last, Some(session_id(2)));
    let second = page(first.last, 2).await;
    assert_eq!(second.sessions.len(), 1);
    assert_eq!((second.last, second.unreadable), (None, vec![]));
}
