//! Reading the trail on, as an operator does.

use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::audit::{AuditAction, AuditEvent, EventPosition};
use azuma_domain::ports::{StoreError, StoreExt};
use azuma_domain::services::{AuditAdmin, Backlog, TrailReader};
use azuma_testkit::sample::{DAY, SECOND};

use crate::world::World;

fn admin(world: &World) -> AuditAdmin {
    let clock = Arc::new(world.parts.clock.clone());
    AuditAdmin::new(Arc::clone(&world.parts.store), clock)
}

fn from_the_start() -> TrailReader {
    TrailReader::new(None, EventPosition::before(Timestamp::from_micros(0)))
}

/// Writes so many events of this moment.
async fn append(world: &World, at: Timestamp, count: usize) {
    let written = world.parts.store.transact::<_, StoreError>(move |tx| {
        let event = AuditEvent::by_operator(None, AuditAction::CreateInvite, at);
        Ok((0..count).try_for_each(|_| tx.audit().append(&event))?)
    });
    written.await.unwrap();
}

/// The times of the events that a follower reads next.
async fn follow(world: &World, reader: &mut TrailReader) -> Vec<Timestamp> {
    let admin = admin(world);
    let (mut events, mut backlog) = admin.follow(reader).await.unwrap();
    while backlog == Backlog::Left {
        let (more, left) = admin.read_on(reader).await.unwrap();
        events.extend(more);
        backlog = left;
    }
    let recorded = events.into_iter().map(|event| event.unwrap().event);
    recorded.map(|event| event.at).collect()
}

#[tokio::test]
async fn a_follower_reads_each_event_once_and_those_that_are_committed_late() {
    let world = World::new();
    let mut reader = from_the_start();
    let (first, late) = (world.now(), world.now().plus(SECOND));
    append(&world, first, 1).await;
    assert_eq!(follow(&world, &mut reader).await, [first]);
    assert_eq!(follow(&world, &mut reader).await, []);
    world.wait(100 * SECOND);
    append(&world, world.now(), 1).await;
    assert_eq!(follow(&world, &mut reader).await, [world.now()]);
    append(&world, late, 1).await;
    assert_eq!(follow(&world, &mut reader).await, [late]);
    assert_eq!(follow(&world, &mut reader).await, []);
}

#[tokio::test]
async fn an_event_that_is_committed_late_is_read_however_slowly_those_before_are_taken() {
    let world = World::new();
    let (admin, mut reader) = (admin(&world), from_the_start());
    let late = world.now();
    world.wait(30 * SECOND);
    append(&world, world.now(), 1_500).await;
    let (taken, mut backlog) = admin.read_on(&mut reader).await.unwrap();
    assert_eq!((taken.len(), backlog), (1_000, Backlog::Left));
    append(&world, late, 1).await;
    world.wait(140 * SECOND);
    append(&world, world.now(), 1).await;
    let mut rest = Vec::new();
    while backlog == Backlog::Left {
        let (more, left) = admin.read_on(&mut reader).await.unwrap();
        rest.extend(more);
        backlog = left;
    }
    rest.extend(admin.follow(&mut reader).await.unwrap().0);
    let mut times = rest.iter().map(|event| event.as_ref().unwrap().event.at);
    assert!(times.any(|at| at == late));
    assert_eq!(rest.len(), 500 + 2);
}

#[tokio::test]
async fn an_event_dated_far_ahead_hides_none_that_follow() {
    let world = World::new();
    let mut reader = from_the_start();
    let ahead = world.now().plus(40 * DAY);
    append(&world, ahead, 1).await;
    assert_eq!(follow(&world, &mut reader).await, [ahead]);
    for _ in 0..3 {
        world.wait(100 * SECOND);
        append(&world, world.now(), 1).await;
        assert_eq!(follow(&world, &mut reader).await, [world.now()]);
    }
}

#[tokio::test]
async fn more_events_of_a_moment_than_a_page_are_all_read() {
    let world = World::new();
    let mut reader = from_the_start();
    append(&world, world.now(), 2_500).await;
    assert_eq!(follow(&world, &mut reader).await.len(), 2_500);
    assert_eq!(follow(&world, &mut reader).await.len(), 0);
}
