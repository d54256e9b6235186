//! Random uses of one rotating session against a model of it that fits on a page.

use std::time::Duration;

use azuma_domain::Timestamp;
use azuma_domain::services::LogoutScope;
use azuma_domain::token::Token;
use azuma_testkit::sample::{DAY, MICROSECOND, MINUTE};
use proptest::collection::vec;
use proptest::prelude::*;

use super::SECOND;
use crate::world::{LEGACY, World};

#[derive(Clone, Debug)]
enum Step {
    /// A request to `/api`, which may be answered with a next token. The number chooses one of the tokens known.
    Renew(usize),
    /// A request to another dialect, which is not.
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

/// The session as the contract has it. Tokens are numbered as they were fixed; each is the next one of that before.
struct Model {
    tokens: Vec<(Token, Timestamp)>,
    current: usize,
    ended: bool,
}

impl Model {
    /// Whether a use of the token is accepted, and what that does.
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

    /// Whether a use of the token, just accepted, is answered with the one after it.
    fn is_answered(&self, number: usize, now: Timestamp) -> bool {
        let known = number + 1 < self.tokens.len();
        known || now.until(self.tokens[number].1) <= 7 * DAY
    }
}

/// A use that the model and the services must agree on.
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
        let ended = world
            .sessions
            .log_out(&caller, LogoutScope::ThisSession, None);
        ended.await.unwrap();
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
        // The newest tokens are the likeliest, and any may come.
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
