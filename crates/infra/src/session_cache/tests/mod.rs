//! The cache in front of a real store, whose answers can be held back.

mod eviction;
mod failed_writes;
mod gate;
mod history;
mod hits;
mod lookups;
mod many;
mod model;
mod other_nodes;
mod polls;
mod probe;
mod races;
mod uses;

use std::sync::Arc;
use std::time::Duration;

use azuma_domain::Timestamp;
use azuma_domain::ports::{SessionCheck, Store, StoreError, StoreExt, Transaction};
use azuma_domain::session::{Lifetimes, LiveSession, Session, SessionPolicy};
use azuma_testkit::FakeClock;
use azuma_testkit::sample::{self, DAY, MINUTE, now, session_id, token_hash, user_id};

use super::{CheckCounts, SessionCache};
use crate::store::{DatabaseUrl, DieselStore, PoolOptions};
use gate::Gate;

/// More tokens than most tests use.
const ROOM: u32 = 1_000;

const LIFETIMES: Lifetimes = Lifetimes {
    extend_to: DAY.saturating_mul(14),
    lifetime: DAY.saturating_mul(30),
    renew_within: DAY.saturating_mul(7),
    grace: MINUTE,
    absolute: None,
};

/// A database, which several nodes share.
struct World {
    store: Arc<dyn Store>,
    clock: FakeClock,
}

/// A node: a cache, and the gate through which it reaches the database.
struct Node {
    cache: SessionCache,
    gate: Arc<Gate>,
}

impl World {
    /// An empty database.
    fn new() -> Self {
        let url = DatabaseUrl::in_memory();
        let store = DieselStore::open(&url, PoolOptions::default()).unwrap();
        Self {
            store: Arc::new(store),
            clock: FakeClock::default(),
        }
    }

    /// Session 1, and a node that has used it [`now`] and has not written that.
    async fn with_an_unwritten_use() -> (Self, Node) {
        let world = Self::new();
        world.session(1).await;
        let node = world.node().await;
        node.check(1, now()).await;
        (world, node)
    }

    /// A node that has not polled yet.
    fn new_node(&self, room: u32) -> Node {
        let gate = Arc::new(Gate::before(Arc::clone(&self.store)));
        let store: Arc<dyn Store> = Arc::clone(&gate) as _;
        let clock = Arc::new(self.clock.clone());
        let cache = SessionCache::new(Arc::clone(&store), store, clock, room);
        Node { cache, gate }
    }

    /// A node that answers from memory.
    async fn node(&self) -> Node {
        self.node_with_room_for(ROOM).await
    }

    async fn node_with_room_for(&self, room: u32) -> Node {
        let node = self.new_node(room);
        node.poll().await.unwrap();
        node.gate.reset();
        node
    }

    /// Lets time pass by the nodes' clocks.
    fn pass(&self, span: Duration) {
        self.clock.advance(span);
    }

    /// Changes the database directly, without any node.
    async fn change<T: Send + 'static>(
        &self,
        work: impl Fn(&mut dyn Transaction) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        let done: Result<T, StoreError> = self.store.transact(move |tx| Ok(work(tx)?)).await;
        done.unwrap()
    }

    /// Inserts user `number` with the sliding session of that number, which expires at `expires_at`.
    async fn session_until(&self, number: u32, expires_at: Timestamp) {
        self.insert(sample::session(number, user_id(number)), expires_at)
            .await;
    }

    /// The same, with two weeks left.
    async fn session(&self, number: u32) {
        self.session_until(number, now().plus(14 * DAY)).await;
    }

    async fn rotating_session_until(&self, number: u32, expires_at: Timestamp) {
        let session = Session {
            policy: SessionPolicy::Rotating,
            ..sample::session(number, user_id(number))
        };
        self.insert(session, expires_at).await;
    }

    async fn insert(&self, session: Session, expires_at: Timestamp) {
        self.change(move |tx| {
            let number = (1..1_000_000)
                .find(|n| session_id(*n) == session.id)
                .unwrap();
            let user = sample::account(number, &format!("user{number}"));
            tx.users().insert(&user).unwrap();
            let first = sample::token(number, 0, expires_at);
            tx.sessions().insert(&session, &first)
        })
        .await;
    }

    /// Revokes session `number` on another node.
    async fn end(&self, number: u32) {
        let ended = self
            .change(move |tx| tx.sessions().revoke(user_id(number), session_id(number)))
            .await;
        assert!(ended);
    }

    /// The stored token of session `number`; `None` if it is gone.
    async fn stored(&self, number: u32) -> Option<azuma_domain::session::SessionToken> {
        let tokens = self
            .change(move |tx| tx.sessions().tokens(session_id(number)))
            .await;
        tokens.into_iter().next()
    }
}

impl Node {
    async fn poll(&self) -> Result<(), StoreError> {
        self.cache.shared.poll().await
    }

    /// Uses the token of session `number`, and answers its session.
    async fn ask(&self, number: u32) -> Option<LiveSession> {
        self.ask_at(number, now()).await
    }

    async fn ask_at(&self, number: u32, at: Timestamp) -> Option<LiveSession> {
        self.try_ask(number, at).await.unwrap()
    }

    async fn try_ask(&self, number: u32, at: Timestamp) -> Result<Option<LiveSession>, StoreError> {
        let hash = token_hash(number, 0);
        self.cache.use_token(hash, at, &LIFETIMES).await
    }

    /// Uses session `number`, which is live, at `at`.
    async fn check(&self, number: u32, at: Timestamp) {
        assert!(self.ask_at(number, at).await.is_some());
    }

    /// Runs the flushes of a minute.
    async fn write_for_a_minute(&self) {
        for _ in 0..super::use_writer::SLICES {
            let _ = self.cache.shared.uses.flush_due().await;
        }
    }
}

/// A few minutes into the tests.
fn later() -> Timestamp {
    now().plus(5 * MINUTE)
}
