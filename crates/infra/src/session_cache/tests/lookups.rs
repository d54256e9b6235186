use std::time::Duration;

use azuma_domain::ports::StoreError;
use azuma_testkit::all;
use azuma_testkit::sample::now;

use super::{World, later};

#[tokio::test]
async fn simultaneous_questions_for_one_token_are_one_query() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.gate.hold();
    let (found, ()) = tokio::join!(all((0..16).map(|_| node.ask(1))), async {
        node.gate.until_held(1).await;
        node.gate.release();
    });
    assert!(found.iter().all(Option::is_some));
    assert_eq!(node.gate.reads(), 1);
}

#[tokio::test]
async fn simultaneous_questions_are_all_told_of_a_failure() {
    let world = World::new();
    let node = world.node().await;
    node.gate.cut();
    for answer in all((0..3).map(|_| node.try_ask(1, now()))).await {
        let error = answer.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)));
    }
}

#[tokio::test]
async fn simultaneous_questions_for_an_unknown_token_are_all_refused_by_the_store() {
    let world = World::new();
    let node = world.node().await;
    let found = all((0..3).map(|_| node.ask(1))).await;
    assert_eq!(found, [None, None, None]);
    assert_eq!(node.gate.reads(), 3);
}

#[tokio::test]
async fn questions_for_different_tokens_do_not_wait_for_each_other() {
    let world = World::new();
    world.session(1).await;
    world.session(2).await;
    let node = world.node().await;
    node.ask(2).await;
    node.gate.hold();
    let waiting = tokio::join!(node.ask(1), async {
        node.gate.until_held(1).await;
        assert!(node.ask(2).await.is_some());
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
    let gone = tokio::time::timeout(Duration::from_millis(1), node.ask(1));
    assert!(gone.await.is_err());
    // The second asks while the first one waits, and goes on after it is gone.
    let (found, ()) = tokio::join!(node.ask(1), async {
        node.gate.until_held(2).await;
        node.gate.release();
    });
    assert!(found.is_some());
}

#[tokio::test]
async fn a_question_that_hangs_is_not_waited_for_for_long() {
    let world = World::new();
    world.session(1).await;
    let node = world.node().await;
    node.gate.hold();
    let (first, second, ()) = tokio::join!(
        node.ask(1),
        async {
            node.gate.until_held(1).await;
            world.end(1).await;
            node.ask(1).await
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
async fn who_waits_for_a_question_after_the_token_expired_is_refused_by_the_store() {
    let world = World::new();
    world.rotating_session_until(1, later()).await;
    let node = world.node().await;
    node.gate.hold();
    let (before, after) = tokio::join!(node.ask(1), async {
        node.gate.until_held(1).await;
        let (after, ()) = tokio::join!(
            biased;
            node.ask_at(1, later()),
            async { node.gate.release() }
        );
        after
    });
    assert!(before.is_some());
    assert_eq!(after, None);
    assert_eq!(node.gate.reads(), 2);
}
