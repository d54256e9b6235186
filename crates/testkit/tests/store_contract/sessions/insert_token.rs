use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_domain::session::SessionToken;
use azuma_domain::token::Generation;
use azuma_testkit::sample::{
    MINUTE, account, link_hash, now, session_id, token, token_hash, user_id,
};
use azuma_testkit::{all, both};
use azuma_testkit_macros::on_every_store;

use super::{end, find, find_hash, is_live, tokens};
use crate::{count, given, linger, look, try_write, write};

async fn insert_token(store: &Arc<dyn Store>, token: SessionToken) -> bool {
    write(store, move |tx| tx.sessions().insert_token(&token)).await
}

/// 24 tokens of session 1 and generation 1, each with another hash. In real life all of them are the same token; here
/// the hash tells which call added its token.
fn rivals() -> Vec<SessionToken> {
    let rival = |number| SessionToken {
        hash: link_hash(number),
        ..token(1, 1, now().plus(2 * MINUTE))
    };
    (0..24).map(rival).collect()
}

async fn race(store: &Arc<dyn Store>, rivals: Vec<SessionToken>) -> Vec<bool> {
    all(rivals.into_iter().map(|rival| {
        write(store, move |tx| {
            let answer = tx.sessions().insert_token(&rival)?;
            linger();
            Ok(answer)
        })
    }))
    .await
}

#[on_every_store]
async fn a_further_token_comes_back_as_written_and_changes_nothing_else(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let first = token(1, 0, now().plus(MINUTE));
    given::login(&store, 1, ada, first.expires_at).await;
    let next = SessionToken {
        last_used_at: Some(now()),
        ..token(1, 1, now().plus(2 * MINUTE))
    };
    assert!(insert_token(&store, next).await);
    let found = find(&store, 1, 1, now()).await.expect("it is live");
    assert_eq!(found.token, next);
    assert_eq!(found.current, Generation::FIRST);
    assert_eq!(tokens(&store, 1).await, vec![first, next]);
}

#[on_every_store]
async fn of_24_racing_calls_one_answers_true_and_the_others_change_nothing(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let first = token(1, 0, now().plus(MINUTE));
    given::login(&store, 1, ada, first.expires_at).await;
    let answers = race(&store, rivals()).await;
    assert_eq!(count(&answers), 1);
    let winner = answers.iter().position(|answer| *answer);
    let winner = rivals()[winner.expect("one answers true")];
    assert_eq!(tokens(&store, 1).await, vec![first, winner]);
}

#[on_every_store]
async fn a_generation_that_is_there_answers_false_live_or_expired(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for (number, expires_at) in [(1, now().plus(MINUTE)), (2, now())] {
        given::login(&store, number, ada, expires_at).await;
        assert!(!insert_token(&store, token(number, 0, now().plus(2 * MINUTE))).await);
        assert_eq!(
            tokens(&store, number).await,
            vec![token(number, 0, expires_at)]
        );
    }
}

#[on_every_store]
async fn the_same_generation_of_another_session_answers_true(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for number in [1, 2] {
        given::login(&store, number, ada, now().plus(MINUTE)).await;
        assert!(insert_token(&store, token(number, 1, now().plus(MINUTE))).await);
    }
}

#[on_every_store]
async fn an_ended_session_answers_false_and_stays_ended(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    end(&store, ada, 1).await;
    assert!(!insert_token(&store, token(1, 1, now().plus(MINUTE))).await);
    assert_eq!(find_hash(&store, token_hash(1, 1), now()).await, None);
    assert!(!is_live(&store, 1, now()).await);
}

#[on_every_store]
async fn after_false_the_transaction_can_commit(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for number in [1, 2] {
        given::login(&store, number, ada, now().plus(MINUTE)).await;
    }
    end(&store, ada, 2).await;
    let done = try_write(&store, |tx| {
        let taken = SessionToken {
            hash: link_hash(1),
            ..token(1, 0, now().plus(MINUTE))
        };
        assert!(!tx.sessions().insert_token(&taken)?);
        let late = token(2, 1, now().plus(MINUTE));
        assert!(!tx.sessions().insert_token(&late)?);
        tx.users().insert(&account(2, "grace"))
    })
    .await;
    assert_eq!(done, Ok(()));
    let found = look(&store, |tx| tx.users().find(user_id(2))).await;
    assert!(found.is_some());
}

#[on_every_store]
async fn racing_with_the_end_of_the_session_no_token_outlives_it(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    for number in 0..12 {
        given::login(&store, number, ada, now().plus(MINUTE)).await;
        let next = token(number, 1, now().plus(MINUTE));
        let insert = write(&store, move |tx| {
            let answer = tx.sessions().insert_token(&next)?;
            linger();
            Ok(answer)
        });
        let end = write(&store, move |tx| {
            linger();
            tx.sessions().revoke(ada, session_id(number))
        });
        let (_, ended) = both(insert, end).await;
        assert!(ended);
        assert_eq!(find(&store, number, 1, now()).await, None);
    }
}

#[on_every_store]
async fn rolled_back_it_leaves_the_generation_to_the_next_call(store: Arc<dyn Store>) {
    use azuma_domain::ports::{Decision, Work};

    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    let next = token(1, 1, now().plus(MINUTE));
    let done = store.run(Work::write(move |tx| {
        assert!(tx.sessions().insert_token(&next)?);
        Ok(Decision::RollBack)
    }));
    done.await.expect("a refusal is no error of the store");
    assert!(insert_token(&store, next).await);
}
