//! A client that checks one session on one node quickly while others revoke it elsewhere, and then everywhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use azuma_checker::history::{Answer, Refusal};
use tokio::time::sleep;

use super::client::Client;
use super::known::{Held, newest};
use super::question::Question;

/// How often a session is checked at most: for longer than memory may answer, and until somebody revokes it.
const CHECKS: u32 = 60;
/// The pause between two checks.
const EVERY: Duration = Duration::from_millis(80);
/// After so many refusals in a row a session has ended.
const ENDED: u32 = 4;

impl Client {
    /// Watches one session after another until it is told to stop.
    pub async fn watch_until(mut self, over: Arc<AtomicBool>) -> Self {
        while !over.load(Ordering::Relaxed) {
            let held = newest(&self.group.known().tokens, self.rng.usize(0..2));
            let Some(held) = held else {
                sleep(EVERY).await;
                continue;
            };
            self.group.known().watched = Some(held.clone());
            self.watch(&held, &over).await;
            self.group.known().watched = None;
            for node in 0..self.system.nodes().len() {
                self.ask(node, Question::check(held.clone())).await;
            }
        }
        self
    }

    async fn watch(&mut self, held: &Held, over: &AtomicBool) {
        let node = self.rng.usize(0..self.system.nodes().len());
        let mut refused = 0;
        for _ in 0..CHECKS {
            match self.ask(node, Question::check(held.clone())).await {
                Some(Answer::Refused(Refusal::TokenInvalid)) => refused += 1,
                _ => refused = 0,
            }
            if refused == ENDED || over.load(Ordering::Relaxed) {
                return;
            }
            sleep(EVERY).await;
        }
    }
}
