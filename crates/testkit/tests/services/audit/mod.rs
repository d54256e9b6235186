//! What the audit trail tells, and what it does not.

mod accounts;
mod limits;
mod operator;
mod reading;
mod sessions;

use std::net::{IpAddr, Ipv4Addr};

use azuma_domain::Timestamp;
use azuma_domain::audit::{
    Actor, AuditAction, AuditEvent, EventPosition, RefusalReason, RequestId, Source,
};
use azuma_domain::factor::GivenCode;
use azuma_domain::mail::Language;
use azuma_domain::ports::StoreExt;
use azuma_domain::services::Login;
use azuma_domain::session::{Client, UserAgent};
use azuma_domain::user::UserId;
use azuma_testkit::sample::{self, MICROSECOND};

use crate::world::{AZUMA, World};

const IP: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)));

fn source() -> Source {
    Source {
        client: Client {
            ip: IP,
            user_agent: UserAgent::parse("curl/8.5.0"),
        },
        request_id: Some(RequestId::new(7)),
    }
}

/// The whole trail, in the order of time. Events of one moment are in the order of their words.
async fn trail(world: &World) -> Vec<AuditEvent> {
    let start = EventPosition::before(Timestamp::from_micros(0));
    let read = world
        .parts
        .store
        .read(move |reader| reader.audit().after(start, None, 1_000));
    let read = read.await.unwrap().into_iter();
    let mut events: Vec<_> = read.map(|event| event.unwrap().event).collect();
    events.sort_by_key(|event| (event.at, event.action.name()));
    events
}

/// The words of the events since a moment.
async fn told_since(world: &World, since: Timestamp) -> Vec<(Actor, AuditAction)> {
    let events = trail(world).await.into_iter();
    let events = events.filter(|event| since <= event.at);
    events.map(|event| (event.actor, event.action)).collect()
}

/// What operators did, and to whom.
pub async fn operators_events(world: &World) -> Vec<(Option<UserId>, AuditAction)> {
    let events = trail(world).await.into_iter();
    let events = events.filter(|event| event.actor == Actor::Operator);
    events.map(|event| (event.user_id, event.action)).collect()
}

/// A moment later, so that events have an order.
fn next(world: &World) -> Timestamp {
    world.wait(MICROSECOND);
    world.now()
}

async fn log_in(world: &World, name: &str, password: &str, code: Option<GivenCode>) {
    let login = Login {
        name: sample::login_name(name),
        password: sample::given_password(password),
        code,
        source: source(),
        language: Language::English,
    };
    // The tests look at the trail, not at the outcome.
    let _ = world.sessions.login(login, AZUMA).await;
}

fn refused(user_id: UserId, at: Timestamp, reason: RefusalReason) -> AuditEvent {
    AuditEvent::by_client(user_id, AuditAction::Login, &source(), at).refused(reason)
}
