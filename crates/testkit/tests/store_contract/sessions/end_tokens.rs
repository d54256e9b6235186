//! Tokens that end because others replace them.

use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::Store;
use azuma_domain::token::Generation;
use azuma_testkit::both;
use azuma_testkit::sample::{DAY, MINUTE, now, session_id, token};
use azuma_testkit_macros::on_every_store;

use super::{a_use, expiry, record, tokens};
use crate::{given, linger, write};

async fn end(store: &Arc<dyn Store>, session: u32, generations: &[u32], at: Timestamp) -> bool {
    let generations: Vec<_> = generations.iter().copied().map(Generation::new).collect();
    let ended = write(store, move |tx| {
        tx.sessions()
            .end_tokens(session_id(session), &generations, at)
    });
    ended.await
}

#[on_every_store]
async fn the_tokens_that_are_named_end_and_none_later_than_before(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for session in 1..=2 {
        given::login(&store, session, ada, now().plus(MINUTE)).await;
        given::token(&store, &token(session, 1, now().plus(3 * DAY))).await;
        given::token(&store, &token(session, 2, now().plus(3 * DAY))).await;
    }
    let at = now().plus(DAY);
    assert!(end(&store, 1, &[0, 1], at).await);
    let expected = [
        token(1, 0, now().plus(MINUTE)),
        token(1, 1, at),
        token(1, 2, now().plus(3 * DAY)),
    ];
    assert_eq!(tokens(&store, 1).await, expected);
    assert_eq!(expiry(&store, 2, 1).await, now().plus(3 * DAY));
    assert!(!end(&store, 1, &[0, 1], at).await, "nothing is left to do");
    assert!(!end(&store, 1, &[0, 1], at.plus(DAY)).await);
    assert!(!end(&store, 1, &[], now()).await);
    assert!(
        !end(&store, 3, &[0], now()).await,
        "there is no such session"
    );
    assert_eq!(tokens(&store, 1).await, expected);
}

#[on_every_store]
async fn a_use_does_not_extend_a_token_that_has_a_successor(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(DAY)).await;
    given::token(&store, &token(1, 1, now().plus(DAY))).await;
    let later = now().plus(3 * DAY);
    let uses = vec![a_use(1, 0, now(), later), a_use(1, 1, now(), later)];
    assert_eq!(record(&store, uses).await.len(), 2);
    assert_eq!(expiry(&store, 1, 0).await, now().plus(DAY));
    assert_eq!(expiry(&store, 1, 1).await, later);
    let used = tokens(&store, 1).await;
    assert!(used.iter().all(|token| token.last_used_at == Some(now())));
}

#[on_every_store]
async fn racing_with_a_use_a_token_ends_all_the_same(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let at = now().plus(DAY);
    for number in 0..8 {
        given::login(&store, number, ada, now().plus(MINUTE)).await;
        let used = a_use(number, 0, now(), now().plus(3 * DAY));
        let use_it = write(&store, move |tx| {
            let written = tx.sessions().record_uses(&[used])?;
            linger();
            Ok(written)
        });
        let replace_it = write(&store, move |tx| {
            let next = token(number, 1, now().plus(3 * DAY));
            assert!(tx.sessions().insert_token(&next)?);
            linger();
            let ended = [Generation::FIRST];
            tx.sessions().end_tokens(session_id(number), &ended, at)
        });
        both(use_it, replace_it).await;
        assert!(expiry(&store, number, 0).await <= at);
    }
}
