use std::sync::Arc;

use azuma_domain::ports::{SessionUse, Store};
use azuma_domain::session::SessionToken;
use azuma_testkit::all;
use azuma_testkit::sample::{
    DAY, MICROSECOND, MINUTE, just_before, now, session, token, token_hash,
};
use azuma_testkit_macros::on_every_store;

use super::{a_mere_use, a_use, expiry, find, listed, record};
use crate::{given, linger, write};

#[on_every_store]
async fn it_answers_the_tokens_that_are_there(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(DAY)).await;
    let later = now().plus(2 * DAY);
    let gone = a_use(2, 0, now(), later);
    assert_eq!(record(&store, vec![gone]).await, []);
    let twice = a_use(1, 0, now(), later);
    assert_eq!(record(&store, vec![twice, gone, twice]).await, [twice.hash]);
}

#[on_every_store]
async fn a_use_is_noted_and_moves_the_expiry_and_nothing_else(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for number in [1, 2] {
        given::login(&store, number, ada, now().plus(5 * MINUTE)).await;
    }
    let later = now().plus(14 * DAY);
    record(&store, vec![a_use(1, 0, now(), later)]).await;
    let used = SessionToken {
        last_used_at: Some(now()),
        ..token(1, 0, later)
    };
    let found = find(&store, 1, 0, now()).await.expect("it is live");
    assert_eq!(found.token, used);
    let stays = session(1, ada);
    assert_eq!(listed(&store, ada, stays.id).await, stays);
    record(&store, vec![]).await;
    let other = find(&store, 2, 0, now()).await.expect("it is live");
    assert_eq!(other.token, token(2, 0, now().plus(5 * MINUTE)));
}

#[on_every_store]
async fn a_use_that_extends_nothing_is_noted_and_leaves_the_expiry(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    record(&store, vec![a_mere_use(1, 0, now())]).await;
    let found = find(&store, 1, 0, now()).await.expect("it is live");
    assert_eq!(found.token.last_used_at, Some(now()));
    assert_eq!(found.token.expires_at, now().plus(MINUTE));
}

#[on_every_store]
async fn of_a_use_that_extends_and_one_that_does_not_both_count(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for (number, order) in [(1, [0, 1]), (2, [1, 0])] {
        given::login(&store, number, ada, now().plus(5 * MINUTE)).await;
        let uses = [
            a_use(number, 0, now(), now().plus(DAY)),
            a_mere_use(number, 0, now().plus(MINUTE)),
        ];
        record(&store, order.map(|i: usize| uses[i]).to_vec()).await;
        let left = find(&store, number, 0, now()).await.expect("it is live");
        assert_eq!(left.token.last_used_at, Some(now().plus(MINUTE)));
        assert_eq!(left.token.expires_at, now().plus(DAY));
    }
}

#[on_every_store]
async fn a_later_use_with_an_earlier_expiry_is_noted_and_leaves_the_expiry(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(DAY)).await;
    record(&store, vec![a_use(1, 0, now(), now().plus(DAY))]).await;
    let later = now().plus(MICROSECOND);
    record(
        &store,
        vec![a_use(1, 0, later, just_before(now().plus(DAY)))],
    )
    .await;
    let left = find(&store, 1, 0, now()).await.expect("it is live").token;
    assert_eq!(left.last_used_at, Some(later));
    assert_eq!(left.expires_at, now().plus(DAY));
}

#[on_every_store]
async fn an_earlier_use_with_a_later_expiry_moves_the_expiry_and_leaves_the_last_use(
    store: Arc<dyn Store>,
) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(DAY)).await;
    record(&store, vec![a_use(1, 0, now(), now().plus(DAY))]).await;
    let further = now().plus(2 * DAY);
    record(&store, vec![a_use(1, 0, just_before(now()), further)]).await;
    let left = find(&store, 1, 0, now()).await.expect("it is live").token;
    assert_eq!(left.last_used_at, Some(now()));
    assert_eq!(left.expires_at, further);
}

#[on_every_store]
async fn each_token_gets_its_own_use(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let mut uses = Vec::new();
    for number in 1..=5 {
        given::login(&store, number, ada, now().plus(MINUTE)).await;
        uses.push(a_use(number, 0, now(), now().plus(number * DAY)));
    }
    record(&store, uses).await;
    for number in 1..=5 {
        assert_eq!(expiry(&store, number, 0).await, now().plus(number * DAY));
    }
}

#[on_every_store]
async fn of_two_uses_of_one_token_the_later_of_each_time_counts(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let uses = [
        (now().plus(MINUTE), now().plus(2 * DAY)),
        (now().plus(2 * MINUTE), now().plus(DAY)),
    ];
    for (number, order) in [(1, [0, 1]), (2, [1, 0])] {
        given::login(&store, number, ada, now().plus(5 * MINUTE)).await;
        let uses = order.map(|i: usize| a_use(number, 0, uses[i].0, uses[i].1));
        record(&store, uses.to_vec()).await;
        let left = find(&store, number, 0, now()).await.expect("it is live");
        assert_eq!(left.token.last_used_at, Some(now().plus(2 * MINUTE)));
        assert_eq!(left.token.expires_at, now().plus(2 * DAY));
    }
}

#[on_every_store]
async fn twelve_thousand_uses_can_be_written_at_once(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 0, ada, now().plus(MINUTE)).await;
    given::login(&store, 11_999, ada, now().plus(MINUTE)).await;
    let used = |number| a_use(number, 0, now(), now().plus(DAY));
    record(&store, (0..12_000).map(used).collect()).await;
    assert_eq!(expiry(&store, 0, 0).await, now().plus(DAY));
    assert_eq!(expiry(&store, 11_999, 0).await, now().plus(DAY));
}

#[on_every_store]
async fn of_24_racing_uses_the_latest_times_stay(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    // The later a use, the earlier its expiry.
    all((0..24).map(|i| {
        let used = a_use(
            1,
            0,
            now().plus(i * MINUTE),
            now().plus(DAY).plus((23 - i) * MINUTE),
        );
        write(&store, move |tx| {
            tx.sessions().record_uses(&[used])?;
            linger();
            Ok(())
        })
    }))
    .await;
    let left = find(&store, 1, 0, now()).await.expect("it is live").token;
    assert_eq!(left.last_used_at, Some(now().plus(23 * MINUTE)));
    assert_eq!(left.expires_at, now().plus(DAY).plus(23 * MINUTE));
}

#[on_every_store]
async fn racing_uses_of_the_same_tokens_in_any_order_are_all_written(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for number in 0..20 {
        given::login(&store, number, ada, now().plus(MINUTE)).await;
    }
    all((0..8).map(|i| {
        let used = |n| SessionUse {
            hash: token_hash(n, 0),
            used_at: now(),
            extended_to: Some(now().plus(i * DAY)),
        };
        let mut uses: Vec<_> = (0..20).map(used).collect();
        if i % 2 == 1 {
            uses.reverse();
        }
        write(&store, move |tx| {
            tx.sessions().record_uses(&uses)?;
            linger();
            Ok(())
        })
    }))
    .await;
    for number in 0..20 {
        assert_eq!(expiry(&store, number, 0).await, now().plus(7 * DAY));
    }
}
