//! The epoch of the cache, in every order in which threads can take its steps.

use std::collections::HashSet;

use azuma_domain::token::TokenHash;
use azuma_testkit::sample::{token_hash, user_id};
use loom::model::Builder;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::sync::{Arc, Mutex};
use loom::thread;

use crate::session_cache::index::CacheIndex;

/// One session, in the store and in memory.
struct Model {
    lives: AtomicBool,
    cached: Mutex<HashSet<TokenHash>>,
    index: Mutex<CacheIndex>,
}

impl Model {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            lives: AtomicBool::new(true),
            cached: Mutex::new(HashSet::new()),
            index: Mutex::new(CacheIndex::default()),
        })
    }

    /// Whether the session lives: from memory, or from the store.
    fn ask(&self) -> bool {
        let hash = token_hash(1, 0);
        if self.cached.lock().unwrap().contains(&hash) {
            return true;
        }
        let epoch = self.index.lock().unwrap().epoch();
        let lives = self.lives.load(Ordering::SeqCst);
        if lives {
            let mut index = self.index.lock().unwrap();
            index.insert(epoch, (user_id(1), hash), || {
                self.cached.lock().unwrap().insert(hash);
                Vec::new()
            });
        }
        lives
    }

    /// Revokes the session and then calls `invalidate`. When this returns, a client may be told.
    fn revoke(&self, invalidate: fn(&mut CacheIndex, &mut HashSet<TokenHash>)) {
        self.lives.store(false, Ordering::SeqCst);
        let mut index = self.index.lock().unwrap();
        invalidate(&mut index, &mut self.cached.lock().unwrap());
    }
}

fn check(invalidate: fn(&mut CacheIndex, &mut HashSet<TokenHash>)) {
    let mut orders = Builder::new();
    // Without a bound it takes a minute.
    orders.preemption_bound = Some(4);
    orders.check(move || {
        let model = Model::new();
        let asking: Vec<_> = (0..2)
            .map(|_| {
                let model = Arc::clone(&model);
                thread::spawn(move || model.ask())
            })
            .collect();
        model.revoke(invalidate);
        assert!(!model.ask(), "it was asked after the session had ended");
        for thread in asking {
            thread.join().unwrap();
        }
        assert!(!model.ask(), "a lookup under way has brought it back");
    });
}

#[test]
fn after_a_revocation_no_question_is_answered_yes() {
    check(|index, cached| {
        index.invalidate(user_id(1), |hash| {
            cached.remove(&hash);
        });
    });
}

#[test]
fn after_everybody_was_invalidated_no_question_is_answered_yes() {
    check(|index, cached| index.invalidate_all(|| cached.clear()));
}
