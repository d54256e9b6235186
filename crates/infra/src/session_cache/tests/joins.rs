use std::time::Duration;

use azuma_domain::ports::StoreError;
use azuma_testkit::sample::now;

use super::{World, later};

#[tokio::test]
async fn simultaneous_questions_for_one_token_are_one_query() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.gate.hold();
    let (gate, questions) = (&node.gate, async {
        let all = (0..16).map(|_| node.find(1)).collect::<Vec<_>>();
        futures(all).await
    });
    let (found, ()) = tokio::join!(questions, async {
        gate.until_held(1).await;
        gate.release();
    });
    assert!(found.iter().all(Option::is_some));
    assert_eq!(node.gate.reads(), 1);
}

#[tokio::test]
async fn simultaneous_questions_share_a_failure() {
    let world = World::new();
    let node = world.node().await;
    node.gate.cut();
    let (one, other) = tokio::join!(node.try_find(1, now()), node.try_find(1, now()));
    for answer in [one, other] {
        let error = answer.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)));
        assert!(error.to_string().contains("cut off"), "{error}");
    }
    assert_eq!(node.gate.reads(), 1);
}

#[tokio::test]
async fn questions_for_different_tokens_do_not_wait_for_each_other() {
    let world = World::new();
    world.session(1).await;
    world.session(2).await;
    let node = world.node().await;
    node.find(2).await;
    node.gate.hold();
    let waiting = tokio::join!(node.find(1), async {
        node.gate.until_held(1).await;
        assert!(node.find(2).await.is_some());
        node.gate.release();
    });
    assert!(waiting.0.is_some());
}

#[tokio::test]
async fn whoever_asked_first_may_go() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.gate.hold();
    let gone = tokio::time::timeout(Duration::from_millis(1), node.find(1));
    assert!(gone.await.is_err());
    let (found, ()) = tokio::join!(node.find(1), async {
        node.gate.until_held(1).await;
        node.gate.release();
    });
    assert!(found.is_some());
    assert_eq!(node.gate.reads(), 1);
}

#[tokio::test]
async fn a_question_that_hangs_too_long_is_not_joined() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.gate.hold();
    let (first, second, ()) = tokio::join!(
        node.find(1),
        async {
            node.gate.until_held(1).await;
            world.end(1).await;
            world.pass(Duration::from_secs(2));
            node.find(1).await
        },
        async {
            node.gate.until_held(2).await;
            node.gate.release();
        }
    );
    assert!(first.is_some(), "it asked before the session ended");
    assert_eq!(second, None);
}

#[tokio::test]
async fn who_joins_a_question_after_the_token_expired_is_refused_by_the_store() {
    let world = World::new();
    world.session_until(1, later()).await;
    let node = world.node().await;
    node.gate.hold();
    let (before, after, ()) = tokio::join!(
        node.find(1),
        async {
            node.gate.until_held(1).await;
            node.find_at(1, later()).await
        },
        async {
            node.gate.until_held(1).await;
            node.gate.release();
        }
    );
    assert!(before.is_some());
    assert_eq!(after, None);
    assert_eq!(node.gate.reads(), 2);
}

/// Awaits them all at once.
async fn futures<T>(all: Vec<impl Future<Output = T>>) -> Vec<T> {
    azuma_testkit::all(all).await
}
