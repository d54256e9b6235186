//! [`AuditRepository`](azuma_domain::ports::AuditRepository).

use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::audit::{
    Actor, AuditAction, AuditEvent, EventPosition, RecordedEvent, RefusalReason, RequestId, Source,
    StoredEvent,
};
use azuma_domain::invite::InviteId;
use azuma_domain::ports::{Store, StoreExt};
use azuma_domain::session::{Client, UserAgent};
use azuma_domain::user::UserId;
use azuma_testkit::sample::{MICROSECOND, now, session_id, user_id};
use azuma_testkit_macros::on_every_store;

use crate::{given, look, write};

/// A login of user 1 or 2, so many microseconds from now.
fn login(user: u32, after: u32) -> AuditEvent {
    let at = now().plus(after * MICROSECOND);
    AuditEvent::by_user(user_id(user), AuditAction::Login, &Source::default(), at)
}

async fn append(store: &Arc<dyn Store>, events: &[AuditEvent]) {
    let events = events.to_vec();
    let done = write(store, move |tx| {
        events.iter().try_for_each(|event| tx.audit().append(event))
    });
    done.await;
}

async fn after(
    store: &Arc<dyn Store>,
    position: EventPosition,
    user_id: Option<UserId>,
    limit: u32,
) -> Vec<RecordedEvent> {
    let read = look(store, move |reader| {
        reader.audit().after(position, user_id, limit)
    });
    known(read.await)
}

async fn newest_of(
    store: &Arc<dyn Store>,
    user_id: UserId,
    before: Option<EventPosition>,
    limit: u32,
) -> Vec<RecordedEvent> {
    let read = look(store, move |reader| {
        reader.audit().newest_of(user_id, before, limit)
    });
    known(read.await)
}

fn known(events: Vec<StoredEvent>) -> Vec<RecordedEvent> {
    let events = events.into_iter();
    events.map(|event| event.expect("a known event")).collect()
}

fn start() -> EventPosition {
    EventPosition::before(Timestamp::from_micros(0))
}

fn times(events: &[RecordedEvent]) -> Vec<Timestamp> {
    events.iter().map(|recorded| recorded.event.at).collect()
}

#[on_every_store]
async fn an_event_comes_back_as_written(store: Arc<dyn Store>) {
    let source = Source {
        client: Client {
            ip: Some("2001:db8::7".parse().expect("an address")),
            user_agent: UserAgent::parse("curl/8.5.0"),
        },
        request_id: Some(RequestId::new(7)),
    };
    let invite_id = InviteId::new(session_id(9).uuid());
    let event = AuditEvent::by_client(user_id(1), AuditAction::Login, &source, now())
        .of_session(session_id(1))
        .of_invite(Some(invite_id))
        .refused(RefusalReason::WrongPassword);
    append(&store, std::slice::from_ref(&event)).await;
    let read = after(&store, start(), None, 10).await;
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].event, event);
}

#[on_every_store]
async fn every_word_comes_back(store: Arc<dyn Store>) {
    let mut events: Vec<_> = AuditAction::ALL
        .iter()
        .map(|action| AuditEvent::by_operator(None, *action, now()))
        .collect();
    for reason in RefusalReason::ALL {
        events.push(login(1, 0).refused(*reason));
    }
    for actor in Actor::ALL {
        let actor = *actor;
        events.push(AuditEvent {
            actor,
            ..login(1, 0)
        });
    }
    append(&store, &events).await;
    let read = after(&store, start(), None, 100).await;
    assert_eq!(read.len(), events.len());
    for event in events {
        assert!(read.iter().any(|recorded| recorded.event == event));
    }
}

#[on_every_store]
async fn a_refused_unit_of_work_leaves_no_event(store: Arc<dyn Store>) {
    let done: Result<(), azuma_domain::ports::WriteError> = store
        .transact(move |tx| {
            tx.audit().append(&login(1, 0))?;
            tx.users()
                .insert(&azuma_testkit::sample::account(1, "ada"))?;
            tx.users()
                .insert(&azuma_testkit::sample::account(2, "ada"))?;
            Ok(())
        })
        .await;
    assert!(done.is_err());
    assert_eq!(after(&store, start(), None, 10).await, []);
}

#[on_every_store]
async fn the_trail_is_read_on_from_a_position_in_the_order_of_time(store: Arc<dyn Store>) {
    // Two of them are of one moment.
    append(&store, &[3, 1, 2, 2].map(|after| login(1, after))).await;
    let mut read = Vec::new();
    let mut position = start();
    loop {
        let page = after(&store, position, None, 2).await;
        let Some(last) = page.last() else { break };
        position = last.position();
        read.extend(page);
    }
    let expected = [1, 2, 2, 3].map(|after| now().plus(after * MICROSECOND));
    assert_eq!(times(&read), expected);
    let from = EventPosition::before(now().plus(2 * MICROSECOND));
    assert_eq!(after(&store, from, None, 10).await, read[1..]);
}

#[on_every_store]
async fn a_user_has_its_own_events_only_the_newest_first(store: Arc<dyn Store>) {
    append(&store, &[3, 1, 2, 2].map(|after| login(1, after))).await;
    append(&store, &[login(2, 4)]).await;
    append(
        &store,
        &[AuditEvent::by_operator(
            None,
            AuditAction::CreateInvite,
            now(),
        )],
    )
    .await;
    let mut read = Vec::new();
    let mut position = None;
    loop {
        let page = newest_of(&store, user_id(1), position, 2).await;
        let Some(last) = page.last() else { break };
        position = Some(last.position());
        read.extend(page);
    }
    let expected = [3, 2, 2, 1].map(|after| now().plus(after * MICROSECOND));
    assert_eq!(times(&read), expected);
    read.reverse();
    assert_eq!(after(&store, start(), Some(user_id(1)), 10).await, read);
}

#[on_every_store]
async fn the_events_of_a_deleted_user_stay(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    append(&store, &[login(1, 0)]).await;
    assert!(write(&store, move |tx| tx.users().delete(ada)).await);
    assert_eq!(newest_of(&store, ada, None, 10).await.len(), 1);
}

#[on_every_store]
async fn old_events_are_deleted_the_oldest_first_and_no_more_than_the_limit(store: Arc<dyn Store>) {
    append(&store, &[1, 2, 3].map(|after| login(1, after))).await;
    let delete = |until: u32, limit| {
        let until = now().plus(until * MICROSECOND);
        write(&store, move |tx| tx.audit().delete_before(until, limit))
    };
    assert_eq!(delete(1, 10).await, 0);
    assert_eq!(delete(3, 1).await, 1);
    let left = after(&store, start(), None, 10).await;
    assert_eq!(
        times(&left),
        [2, 3].map(|after| now().plus(after * MICROSECOND))
    );
    assert_eq!(delete(3, 10).await, 1);
    assert_eq!(after(&store, start(), None, 10).await.len(), 1);
}
