//! Random uses of one rotating session against a model of the contract.

use std::time::Duration;

use azuma_domain::Timestamp;
use azuma_domain::services::LogoutScope;
use azuma_domain::token::Token;
use azuma_testkit::sample::{DAY, MICROSECOND, MINUTE, SECOND};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::world::{LEGACY, World};

#[derive(Clone, Debug)]
enum Step {
    /// A request to the `legacy` dialect, which may answer a next token. The number chooses one of the known tokens.
    Renew(usize),
    /// A request to another dialect, which answers no next token.
    Use(usize),
    /// Time passes.
    Wait(Duration),
    /// The server starts again.
    Restart,
    /// The session ends.
    LogOut(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let spans = [
        MICROSECOND,
        SECOND,
        MINUTE - MICROSECOND,
        MINUTE,
        DAY,
        7 * DAY - MICROSECOND,
        7 * DAY,
        23 * DAY - MICROSECOND,
        23 * DAY,
    ];
    prop_oneof![
        8 => any::<usize>().prop_map(Step::Renew),
        4 => any::<usize>().prop_map(Step::Use),
        8 => prop::sample::select(spans.to_vec()).prop_map(Step::Wait),
        1 => Just(Step::Restart),
        1 => any::<usize>().prop_map(Step::LogOut),
    ]
}

/// The session as the contract describes it. Tokens are in the order of their generations.
struct Model {
    tokens: Vec<(Token, Timestamp)>,
    current: usize,
    ended: bool,
}

impl Model {
    /// Uses the token; answers whether that is accepted.
    fn is_used(&mut self, number: usize, now: Timestamp) -> bool {
        if self.ended || self.tokens[number].1 <= now {
            return false;
        }
        if number > self.current {
            self.current = number;
            for (_, expires_at) in &mut self.tokens[..number] {
                *expires_at = (*expires_at).min(now.plus(MINUTE));
            }
        }
        true
    }

    /// Whether an accepted use of the token is answered with the next one.
    fn is_answered(&self, number: usize, now: Timestamp) -> bool {
        let known = number + 1 < self.tokens.len();
        known || now.until(self.tokens[number].1) <= 7 * DAY
    }
}

/// Uses a token in the `legacy` dialect, and compares the answer with the model's.
async fn renew(world: &World, model: &mut Model, number: usize) {
    let now = world.now();
    let token = model.tokens[number].0.clone();
    if !model.is_used(number, now) {
        return world.assert_refused(&token).await;
    }
    let answer = world.renew(&token).await;
    assert_eq!(answer.is_some(), model.is_answered(number, now));
    let Some(next) = answer else { return };
    match model.tokens.get(number + 1) {
        Some((known, expires_at)) => {
            assert!(next.token == *known, "two different next tokens");
            assert_eq!(next.expires_at, *expires_at);
        }
        None => {
            let fresh = model.tokens.iter().all(|(known, _)| next.token != *known);
            assert!(fresh, "a next token that was there before");
            assert_eq!(next.expires_at, now.plus(30 * DAY));
            model.tokens.push((next.token, next.expires_at));
        }
    }
}

async fn use_elsewhere(world: &World, model: &mut Model, number: usize) -> bool {
    let token = model.tokens[number].0.clone();
    let accepted = model.is_used(number, world.now());
    match accepted {
        true => drop(world.caller(&token).await),
        false => world.assert_refused(&token).await,
    }
    accepted
}

async fn log_out(world: &World, model: &mut Model, number: usize) {
    if use_elsewhere(world, model, number).await {
        let caller = world.caller(&model.tokens[number].0).await;
        world.log_out(&caller, LogoutScope::ThisSession).await;
        model.ended = true;
    }
}

async fn run(steps: Vec<Step>) {
    let mut world = World::new();
    let neo = world.register("neo", LEGACY).await;
    let mut model = Model {
        tokens: vec![(neo.token, neo.expires_at)],
        current: 0,
        ended: false,
    };
    for step in steps {
        // A small seed chooses a new token, but any token can be chosen.
        let known = model.tokens.len();
        let chosen = |seed: usize| known - 1 - seed % known;
        match step {
            Step::Renew(seed) => renew(&world, &mut model, chosen(seed)).await,
            Step::Use(seed) => drop(use_elsewhere(&world, &mut model, chosen(seed)).await),
            Step::Wait(span) => world.wait(span),
            Step::Restart => world = world.restarted(|_| {}),
            Step::LogOut(seed) => log_out(&world, &mut model, chosen(seed)).await,
        }
        for (token, expires_at) in &model.tokens {
            let live = !model.ended && world.now() < *expires_at;
            assert_eq!(world.is_live(token).await, live);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 128,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_rotating_session_does_as_the_model_does(steps in vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.unwrap().block_on(run(steps));
    }
}
