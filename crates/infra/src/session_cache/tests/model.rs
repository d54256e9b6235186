//! The detach-and-insert protocol alone, in every order in which threads can take its steps.

use std::collections::HashSet;

use azuma_domain::token::TokenHash;
use azuma_domain::user::UserId;
use azuma_testkit::sample::{token_hash, user_id};
use loom::model::Builder;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;

use crate::session_cache::ledger::{Entries, Ledger};

struct Remembered(Mutex<HashSet<TokenHash>>);

impl Entries for Remembered {
    type Entry = ();

    fn insert(&self, hash: TokenHash, (): ()) -> Vec<(TokenHash, UserId)> {
        let is_new = self.0.lock().unwrap().insert(hash);
        // What is replaced counts as let go.
        (!is_new)
            .then_some((hash, user_id(1)))
            .into_iter()
            .collect()
    }

    fn remove(&self, hash: &TokenHash) {
        self.0.lock().unwrap().remove(hash);
    }

    fn clear(&self) {
        self.0.lock().unwrap().clear();
    }
}

/// The answer of a load, once it has one.
#[derive(Clone)]
struct Load(Arc<(Mutex<Option<bool>>, Condvar)>);

impl Load {
    fn begin() -> Self {
        Self(Arc::new((Mutex::new(None), Condvar::new())))
    }

    fn end(&self, answer: bool) {
        *self.0.0.lock().unwrap() = Some(answer);
        self.0.1.notify_all();
    }

    fn wait(&self) -> bool {
        let mut answer = self.0.0.lock().unwrap();
        loop {
            match *answer {
                Some(answer) => return answer,
                None => answer = self.0.1.wait(answer).unwrap(),
            }
        }
    }
}

/// One session, in the store and in memory.
struct Model {
    lives: AtomicBool,
    remembered: Remembered,
    ledger: Mutex<Ledger<Load>>,
}

impl Model {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            lives: AtomicBool::new(true),
            remembered: Remembered(Mutex::new(HashSet::new())),
            ledger: Mutex::new(Ledger::new()),
        })
    }

    /// Whether the session lives: from memory, from a load under way, or from the store.
    fn ask(&self) -> bool {
        let hash = token_hash(1, 0);
        if self.remembered.0.lock().unwrap().contains(&hash) {
            return true;
        }
        let mut ledger = self.ledger.lock().unwrap();
        if let Some(load) = ledger.under_way(&hash) {
            drop(ledger);
            return load.wait();
        }
        let load = Load::begin();
        let number = ledger.begin(hash, load.clone());
        drop(ledger);
        let lives = self.lives.load(Ordering::SeqCst);
        let found = lives.then(|| (user_id(1), ()));
        let mut ledger = self.ledger.lock().unwrap();
        ledger.finish(hash, number, found, &self.remembered);
        drop(ledger);
        load.end(lives);
        lives
    }

    /// Ends the session; once this returns, somebody is told.
    fn revoke(&self) {
        self.lives.store(false, Ordering::SeqCst);
        let mut ledger = self.ledger.lock().unwrap();
        ledger.forget(user_id(1), &self.remembered);
    }
}

#[test]
fn after_a_revocation_no_question_is_answered_yes() {
    let mut orders = Builder::new();
    // Without a bound it takes more than ten minutes.
    orders.preemption_bound = Some(4);
    orders.check(|| {
        let model = Model::new();
        let asking: Vec<_> = (0..2)
            .map(|_| {
                let model = Arc::clone(&model);
                thread::spawn(move || model.ask())
            })
            .collect();
        model.revoke();
        assert!(!model.ask(), "it was asked after the session had ended");
        for thread in asking {
            thread.join().unwrap();
        }
        assert!(!model.ask(), "a load under way has brought it back");
    });
}
