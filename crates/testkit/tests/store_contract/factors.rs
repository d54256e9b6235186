//! [`FactorRepository`](azuma_domain::ports::FactorRepository).

use std::sync::Arc;

use azuma_domain::factor::{Factor, FactorSalt, TimeStep};
use azuma_domain::ports::Store;
use azuma_domain::token::TokenHash;
use azuma_domain::user::UserId;
use azuma_testkit::all;
use azuma_testkit::sample::{session_id, token_hash};
use azuma_testkit_macros::on_every_store;

use crate::{count, given, linger, look, write};

fn factor(number: u32) -> Factor {
    let salt = FactorSalt::new(session_id(number).uuid());
    Factor::new(salt, token_hash(number, 0))
}

async fn replace(store: &Arc<dyn Store>, user_id: UserId, number: u32) {
    let done = write(store, move |tx| {
        tx.factors().replace(user_id, &factor(number))?;
        tx.factors()
            .add_recovery_codes(user_id, &[token_hash(1, 1), token_hash(2, 2)])
    });
    done.await;
}

async fn found(store: &Arc<dyn Store>, user_id: UserId) -> (Option<Factor>, Vec<TokenHash>) {
    let found = look(store, move |reader| {
        let factors = reader.factors();
        Ok((factors.find(user_id)?, factors.recovery_codes(user_id)?))
    });
    let (factor, mut codes) = found.await;
    codes.sort();
    (factor, codes)
}

async fn use_step(store: &Arc<dyn Store>, user_id: UserId, salt: FactorSalt, step: i64) -> bool {
    let step = TimeStep::new(step);
    let used = write(store, move |tx| {
        tx.users().lock(user_id)?;
        let used = tx.factors().use_step(user_id, salt, step)?;
        linger();
        Ok(used)
    });
    used.await
}

#[on_every_store]
async fn a_factor_comes_back_as_written_for_its_user_alone(store: Arc<dyn Store>) {
    let (ada, grace) = (given::ada(&store).await, given::grace(&store).await);
    replace(&store, ada, 1).await;
    let mut codes = vec![token_hash(1, 1), token_hash(2, 2)];
    codes.sort();
    assert_eq!(found(&store, ada).await, (Some(factor(1)), codes));
    assert_eq!(found(&store, grace).await, (None, vec![]));
}

#[on_every_store]
async fn a_new_factor_replaces_the_former_one_and_its_codes(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    replace(&store, ada, 1).await;
    write(&store, move |tx| tx.factors().replace(ada, &factor(2))).await;
    assert_eq!(found(&store, ada).await, (Some(factor(2)), vec![]));
}

#[on_every_store]
async fn a_step_is_used_once_and_no_earlier_one_after_it(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    replace(&store, ada, 1).await;
    let salt = factor(1).salt;
    for (step, used) in [(7, true), (7, false), (6, false), (8, true)] {
        assert_eq!(use_step(&store, ada, salt, step).await, used, "{step}");
    }
    let last_step = Some(TimeStep::new(8));
    let (stored, _) = found(&store, ada).await;
    assert_eq!(
        stored,
        Some(Factor {
            last_step,
            ..factor(1)
        })
    );
}

#[on_every_store]
async fn a_step_of_another_factor_is_not_used(store: Arc<dyn Store>) {
    let (ada, grace) = (given::ada(&store).await, given::grace(&store).await);
    replace(&store, ada, 1).await;
    assert!(!use_step(&store, ada, factor(2).salt, 7).await);
    assert!(!use_step(&store, grace, factor(1).salt, 7).await);
    assert_eq!(found(&store, ada).await.0, Some(factor(1)));
}

#[on_every_store]
async fn of_racing_uses_of_a_step_one_succeeds(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    replace(&store, ada, 1).await;
    let used = all((0..8).map(|_| use_step(&store, ada, factor(1).salt, 7))).await;
    assert_eq!(count(&used), 1);
}

#[on_every_store]
async fn a_recovery_code_is_used_once_by_its_user(store: Arc<dyn Store>) {
    let (ada, grace) = (given::ada(&store).await, given::grace(&store).await);
    replace(&store, ada, 1).await;
    let used = async |user_id| {
        write(&store, move |tx| {
            tx.factors().use_recovery_code(user_id, &token_hash(1, 1))
        })
        .await
    };
    assert!(!used(grace).await);
    assert!(used(ada).await);
    assert!(!used(ada).await);
    assert_eq!(found(&store, ada).await.1, [token_hash(2, 2)]);
}

#[on_every_store]
async fn a_removed_factor_is_gone_with_its_codes(store: Arc<dyn Store>) {
    let (ada, grace) = (given::ada(&store).await, given::grace(&store).await);
    replace(&store, ada, 1).await;
    replace(&store, grace, 2).await;
    let remove = async || write(&store, move |tx| tx.factors().remove(ada)).await;
    assert!(remove().await);
    assert!(!remove().await);
    assert_eq!(found(&store, ada).await, (None, vec![]));
    assert_eq!(found(&store, grace).await.0, Some(factor(2)));
}

#[on_every_store]
async fn deleted_with_its_user(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    replace(&store, ada, 1).await;
    assert!(write(&store, move |tx| tx.users().delete(ada)).await);
    assert_eq!(found(&store, ada).await, (None, vec![]));
}

#[on_every_store]
async fn factors_come_page_by_page_in_the_order_of_their_users(store: Arc<dyn Store>) {
    let (ada, grace) = (given::ada(&store).await, given::grace(&store).await);
    let page = |after, limit| look(&store, move |reader| reader.factors().page(after, limit));
    assert_eq!(page(None, 10).await, []);
    replace(&store, grace, 2).await;
    replace(&store, ada, 1).await;
    let mut expected = [(ada, factor(1)), (grace, factor(2))];
    expected.sort_by_key(|(user_id, _)| user_id.uuid());
    let [first, second] = expected;
    assert_eq!(page(None, 10).await, expected);
    assert_eq!(page(None, 1).await, [first]);
    assert_eq!(page(Some(first.0), 1).await, [second]);
    assert_eq!(page(Some(second.0), 1).await, []);
}
