use std::cell::RefCell;
use std::collections::BTreeMap;

use azuma_domain::token::TokenHash;
use azuma_domain::user::UserId;
use azuma_testkit::sample::{token_hash, user_id};

use crate::session_cache::ledger::{Entries, Ledger};

/// Remembers one token at a time, and whose it is.
#[derive(Default)]
struct OneToken(RefCell<BTreeMap<TokenHash, UserId>>);

impl Entries for OneToken {
    type Entry = UserId;

    fn insert(&self, hash: TokenHash, owner: UserId) -> Vec<(TokenHash, UserId)> {
        self.0
            .replace(BTreeMap::from([(hash, owner)]))
            .into_iter()
            .collect()
    }

    fn remove(&self, hash: &TokenHash) {
        self.0.borrow_mut().remove(hash);
    }

    fn clear(&self) {
        self.0.borrow_mut().clear();
    }
}

impl OneToken {
    fn holds(&self, number: u32) -> bool {
        self.0.borrow().contains_key(&token_hash(number, 0))
    }
}

/// Loads the token of this number, of the user of the same number.
fn load(ledger: &mut Ledger<()>, entries: &OneToken, number: u32) {
    let hash = token_hash(number, 0);
    let load = ledger.begin(hash, ());
    let found = (user_id(number), user_id(number));
    ledger.finish(hash, load, Some(found), entries);
}

#[test]
fn what_a_load_found_is_remembered() {
    let (mut ledger, entries) = (Ledger::new(), OneToken::default());
    load(&mut ledger, &entries, 1);
    assert!(entries.holds(1));
    assert!(ledger.under_way(&token_hash(1, 0)).is_none());
}

#[test]
fn a_load_that_found_nothing_leaves_nothing() {
    let (mut ledger, entries) = (Ledger::new(), OneToken::default());
    let hash = token_hash(1, 0);
    let number = ledger.begin(hash, ());
    ledger.finish(hash, number, None, &entries);
    assert!(!entries.holds(1));
    assert!(ledger.under_way(&hash).is_none());
}

#[test]
fn a_load_detached_by_an_invalidation_neither_takes_joins_nor_is_remembered() {
    let (mut ledger, entries) = (Ledger::new(), OneToken::default());
    let hash = token_hash(1, 0);
    let number = ledger.begin(hash, ());
    ledger.forget(user_id(2), &entries);
    assert!(ledger.under_way(&hash).is_none());
    ledger.finish(hash, number, Some((user_id(1), user_id(1))), &entries);
    assert!(!entries.holds(1));
}

#[test]
fn a_load_replaced_by_a_later_one_does_not_end_it() {
    let (mut ledger, entries) = (Ledger::new(), OneToken::default());
    let hash = token_hash(1, 0);
    let first = ledger.begin(hash, ());
    let second = ledger.begin(hash, ());
    ledger.finish(hash, first, Some((user_id(1), user_id(1))), &entries);
    assert!(!entries.holds(1));
    assert!(ledger.under_way(&hash).is_some());
    ledger.finish(hash, second, None, &entries);
    assert!(ledger.under_way(&hash).is_none());
}

#[test]
fn what_made_room_is_not_looked_for_when_its_user_is_forgotten() {
    let (mut ledger, entries) = (Ledger::new(), OneToken::default());
    load(&mut ledger, &entries, 1);
    load(&mut ledger, &entries, 2);
    assert_eq!(ledger.remembered_count(), 1);
    ledger.forget(user_id(1), &entries);
    assert!(entries.holds(2));
}

#[test]
fn a_token_loaded_again_can_still_be_forgotten() {
    let (mut ledger, entries) = (Ledger::new(), OneToken::default());
    load(&mut ledger, &entries, 1);
    load(&mut ledger, &entries, 1);
    assert_eq!(ledger.remembered_count(), 1);
    ledger.forget(user_id(1), &entries);
    assert!(!entries.holds(1));
}

#[test]
fn forgetting_everybody_leaves_nothing() {
    let (mut ledger, entries) = (Ledger::new(), OneToken::default());
    load(&mut ledger, &entries, 1);
    ledger.begin(token_hash(2, 0), ());
    ledger.forget_all(&entries);
    assert!(!entries.holds(1));
    assert!(ledger.under_way(&token_hash(2, 0)).is_none());
    assert_eq!(ledger.remembered_count(), 0);
}
