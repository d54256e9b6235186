//! What an operator sees of the keys, and does about a leaked one.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use azuma_domain::audit::{Actor, AuditAction, EventPosition, Source};
use azuma_domain::ports::{BoxFuture, Store, StoreError, StoreExt, Work};
use azuma_domain::services::{IssuedSession, LogoutScope, SessionList};
use azuma_domain::{Timestamp, token::Token};
use azuma_testkit::sample::{DAY, MICROSECOND, MINUTE};

use crate::world::{ACCOUNT, AZUMA, LEGACY, World, keys, password_update};

/// The same instance with a new key and the old one as a previous key.
fn rotated(world: &World) -> World {
    world.restarted(|parts| parts.settings.keys = keys(2, &[1]))
}

async fn reissue(world: &World) -> u64 {
    world.key_admin().reissue(7 * DAY).await.unwrap()
}

/// A session of each dialect, made before the key was replaced.
async fn sessions_of_a_former_key() -> (World, [IssuedSession; 3]) {
    let world = World::new();
    let first = world.register("neo", ACCOUNT).await;
    let sessions = [
        first,
        world.log_in("neo", AZUMA).await,
        world.log_in("neo", LEGACY).await,
    ];
    for one in &sessions {
        world.caller(&one.token).await;
    }
    (rotated(&world), sessions)
}

#[tokio::test]
async fn what_each_key_derived_is_counted() {
    let world = World::new();
    let neo = world.register("neo", LEGACY).await;
    world
        .request_account("trinity", "trinity@example.org")
        .await;
    world.link_mailed_to("trinity@example.org").await;
    let caller = world.caller(&neo.token).await;
    let source = Source::default();
    let begun = world.accounts.begin_factor(&caller, None, &source);
    begun.await.unwrap();
    let end = neo.expires_at;
    let world = rotated(&world);
    let status = world.key_admin().status().await.unwrap();
    let [(_, new), (_, old)] = status.known.as_slice() else {
        panic!("two keys");
    };
    assert!(new.is_none() && status.unknown.is_none());
    assert_eq!((old.sessions, old.links, old.factors), (1, 1, 1));
    assert_eq!(old.last_end, Some(end));
    world.log_in("neo", AZUMA).await;
    let lost = world.restarted(|parts| parts.settings.keys = keys(3, &[2]));
    let status = lost.key_admin().status().await.unwrap();
    let sessions: Vec<_> = status.known.iter().map(|(_, uses)| uses.sessions).collect();
    assert_eq!((sessions, status.unknown.sessions), (vec![0, 1], 1));
    world.wait(31 * DAY);
    let status = world.key_admin().status().await.unwrap();
    assert_eq!(
        (status.of_previous().sessions, status.of_previous().links),
        (0, 0)
    );
}

#[tokio::test]
async fn every_session_gets_one_next_token_of_the_current_key() {
    let (world, sessions) = sessions_of_a_former_key().await;
    assert_eq!(reissue(&world).await, 3);
    assert_eq!(reissue(&world).await, 0, "all are done");
    let of_previous = async |world: &World| {
        let status = world.key_admin().status().await.unwrap();
        status.of_previous()
    };
    let replaced = of_previous(&world).await;
    assert_eq!((replaced.sessions, replaced.replaced), (0, 3));
    assert_eq!(replaced.last_end, Some(world.now().plus(7 * DAY)));
    for old in &sessions {
        let next = world.next_of(&old.token).await;
        let other_node = rotated(&world);
        assert!(other_node.next_of(&old.token).await == next);
        assert_eq!(world.listed_to(&next).await.len(), 3, "each is listed once");
        assert!(world.renew(&next).await.is_none());
        world.wait(MINUTE);
        world.assert_refused(&old.token).await;
    }
    assert!(of_previous(&world).await.is_none());
    let world = world.restarted(|parts| parts.settings.keys = keys(2, &[]));
    world.wait(DAY);
    assert_eq!(world.log_in("neo", AZUMA).await.user.name.as_str(), "neo");
}

#[tokio::test]
async fn uses_do_not_extend_a_former_token_beyond_the_grace() {
    let (world, sessions) = sessions_of_a_former_key().await;
    reissue(&world).await;
    let grace_ends = world.now().plus(7 * DAY);
    for old in &sessions {
        world.wait(DAY);
        let caller = world.caller(&old.token).await;
        assert_eq!(caller.token.expires_at, grace_ends);
    }
    world.wait(4 * DAY - MICROSECOND);
    let next: Vec<Token> = {
        let mut next = Vec::new();
        for old in &sessions {
            next.push(world.next_of(&old.token).await);
        }
        next
    };
    world.wait(MICROSECOND);
    for (old, next) in sessions.iter().zip(&next) {
        world.assert_refused(&old.token).await;
        world.caller(next).await;
    }
}

#[tokio::test]
async fn a_use_within_the_grace_extends_the_next_token_of_a_sliding_session() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    world.caller(&neo.token).await;
    let world = rotated(&world);
    reissue(&world).await;
    world.wait(7 * DAY - MICROSECOND);
    let next = world.renew(&neo.token).await.unwrap();
    assert_eq!(next.expires_at, world.now().plus(14 * DAY));
    world.wait(14 * DAY - MICROSECOND);
    world.caller(&next.token).await;
}

#[tokio::test]
async fn a_rotating_session_that_is_due_within_the_grace_gets_a_token_of_full_life() {
    let world = World::new();
    let neo = world.register("neo", LEGACY).await;
    world.wait(20 * DAY);
    let world = rotated(&world);
    reissue(&world).await;
    let early = world.renew(&neo.token).await.unwrap();
    assert_eq!(early.expires_at, world.now().plus(10 * DAY));
    world.wait(7 * DAY - MICROSECOND);
    let next = world.renew(&neo.token).await.unwrap();
    assert_eq!(next.expires_at, world.now().plus(30 * DAY));
    let again = rotated(&world).next_of(&neo.token).await;
    assert!(again == next.token, "every use gets the same one");
    let after_early = world.next_of(&early.token).await;
    assert!(after_early == next.token, "so does who took the one before");
}

#[tokio::test]
async fn tokens_that_are_due_at_once_are_not_made_again_and_again_after_a_key_was_replaced() {
    let world = World::new();
    let neo = world.register("neo", LEGACY).await;
    let world = rotated(&world).restarted(|parts| {
        let lifetimes = &mut parts.settings.lifetimes;
        lifetimes.renew_within = lifetimes.lifetime;
    });
    world.next_of(&neo.token).await;
    let next = world.next_of(&neo.token).await;
    for _ in 0..3 {
        assert!(world.next_of(&neo.token).await == next);
    }
    let caller = world.caller(&neo.token).await;
    assert_eq!(world.rows_of(&caller).await.len(), 3);
}

/// A store beside which an event happens before its third unit of work.
struct BeforeTheThird {
    store: Arc<dyn Store>,
    runs: AtomicU32,
    event: Mutex<Option<BoxFuture<'static, ()>>>,
}

impl Store for BeforeTheThird {
    fn run(&self, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            if self.runs.fetch_add(1, Ordering::SeqCst) == 2 {
                let event = self.event.lock().unwrap().take();
                event.expect("the third comes once").await;
            }
            self.store.run(work).await
        })
    }
}

#[tokio::test]
async fn no_use_beside_the_command_extends_a_former_token_beyond_the_next_one() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    world.caller(&neo.token).await;
    world.wait(10 * DAY);
    let world = rotated(&world);
    let (node, token) = (rotated(&world), neo.token.clone());
    let event = Box::pin(async move {
        let used = node.caller(&token).await;
        assert_eq!(used.token.expires_at, node.now().plus(14 * DAY));
    });
    // The event of the audit trail, the look, the change.
    let disturbed = world.restarted(|parts| {
        parts.store = Arc::new(BeforeTheThird {
            store: Arc::clone(&parts.store),
            runs: AtomicU32::default(),
            event: Mutex::new(Some(event)),
        });
    });
    assert_eq!(reissue(&disturbed).await, 1);
    world.wait(4 * DAY - MICROSECOND);
    world.caller(&neo.token).await;
    world.wait(MICROSECOND);
    world.assert_refused(&neo.token).await;
}

#[tokio::test]
async fn a_session_that_nobody_uses_ends_when_it_would_have() {
    let world = World::new();
    world.register("neo", ACCOUNT).await;
    world.wait(10 * DAY);
    let world = rotated(&world);
    reissue(&world).await;
    world.wait(4 * DAY - MICROSECOND);
    let live = async || {
        let mut list = SessionList::default();
        let page = world.session_admin().read_on(&mut list).await.unwrap();
        page.unwrap().live.len()
    };
    assert_eq!(live().await, 1);
    world.wait(MICROSECOND);
    assert_eq!(live().await, 0);
}

#[tokio::test]
async fn a_shorter_grace_may_follow() {
    let (world, sessions) = sessions_of_a_former_key().await;
    reissue(&world).await;
    assert_eq!(world.key_admin().reissue(DAY).await.unwrap(), 3);
    world.wait(DAY);
    for old in &sessions {
        world.assert_refused(&old.token).await;
    }
}

#[tokio::test]
async fn a_next_token_of_the_former_key_is_replaced_as_well() {
    let world = World::new();
    let neo = world.register("neo", LEGACY).await;
    world.wait(25 * DAY);
    let leaked = world.next_of(&neo.token).await;
    let world = rotated(&world);
    assert_eq!(world.key_admin().reissue(DAY).await.unwrap(), 1);
    let next = world.next_of(&neo.token).await;
    assert!(next != leaked);
    world.wait(DAY);
    world.assert_refused(&leaked).await;
    world.caller(&next).await;
}

#[tokio::test]
async fn a_node_without_the_new_key_makes_no_token_for_a_sliding_session_and_ends_none() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    world.caller(&neo.token).await;
    reissue(&rotated(&world)).await;
    assert!(world.renew(&neo.token).await.is_none());
    let caller = world.caller(&neo.token).await;
    assert_eq!(world.rows_of(&caller).await.len(), 2);
    let next = rotated(&world).next_of(&neo.token).await;
    world.caller(&next).await;
}

#[tokio::test]
async fn a_logout_and_a_new_password_end_what_they_did_before() {
    let (world, [account, azuma, legacy]) = sessions_of_a_former_key().await;
    reissue(&world).await;
    let next = world.next_of(&azuma.token).await;
    let caller = world.caller(&azuma.token).await;
    world.log_out(&caller, LogoutScope::ThisSession).await;
    world.assert_refused(&next).await;
    let next = world.next_of(&legacy.token).await;
    let caller = world.caller(&account.token).await;
    let update = password_update("white-rabbit");
    let changed =
        world
            .accounts
            .update_user(&caller, update, azuma_domain::mail::Language::English);
    changed.await.unwrap();
    world.assert_refused(&next).await;
    world.assert_refused(&legacy.token).await;
    let next = world.next_of(&account.token).await;
    world.caller(&next).await;
}

#[tokio::test]
async fn no_next_token_outlives_the_limit_to_the_life_of_sessions() {
    let (world, sessions) = sessions_of_a_former_key().await;
    let limited = world.restarted(|parts| parts.settings.lifetimes.absolute = Some(2 * DAY));
    reissue(&limited).await;
    for old in &sessions {
        let next = limited.renew(&old.token).await.unwrap();
        assert_eq!(next.expires_at, limited.now().plus(2 * DAY));
    }
    limited.wait(2 * DAY);
    assert_eq!(reissue(&limited).await, 0);
}

#[tokio::test]
async fn the_audit_trail_has_the_call() {
    let (world, _) = sessions_of_a_former_key().await;
    reissue(&world).await;
    let events = world.parts.store.read(|reader| {
        let first = EventPosition::before(Timestamp::from_micros(0));
        reader.audit().after(first, None, 100)
    });
    let events = events.await.unwrap();
    let told = events.iter().flatten().map(|event| &event.event);
    let told: Vec<_> = told
        .filter(|event| event.action == AuditAction::ReissueTokens)
        .map(|event| (event.actor, event.user_id))
        .collect();
    assert_eq!(told, [(Actor::Operator, None)]);
}
