//! A client that keeps the last token it was answered is never logged out, whatever answers are lost.

use std::time::Duration;

use azuma_domain::Timestamp;
use azuma_domain::token::Token;
use azuma_testkit::sample::{DAY, MINUTE, SECOND};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::world::{LEGACY, World};

#[derive(Clone, Debug)]
enum Step {
    /// A request, whose answer arrives.
    Answered,
    /// A request, whose answer is lost.
    Lost,
    /// A request with the previous token that arrives late.
    Straggler,
    /// Time passes.
    Wait(Duration),
}

fn step() -> impl Strategy<Value = Step> {
    let spans = [SECOND, MINUTE, DAY, 3 * DAY, 6 * DAY];
    prop_oneof![
        4 => Just(Step::Answered),
        4 => Just(Step::Lost),
        2 => Just(Step::Straggler),
        8 => prop::sample::select(spans.to_vec()).prop_map(Step::Wait),
    ]
}

struct Client {
    kept: Token,
    expires_at: Timestamp,
    before: Option<Token>,
}

impl Client {
    /// Sends a request with the kept token, and keeps the next token if the answer arrives.
    async fn ask(&mut self, world: &World, arrives: bool) {
        if self.expires_at <= world.now() {
            return world.assert_refused(&self.kept).await;
        }
        let answer = world.renew(&self.kept).await;
        if let Some(next) = answer.filter(|_| arrives) {
            let before = std::mem::replace(&mut self.kept, next.token);
            self.before = Some(before);
            self.expires_at = next.expires_at;
        }
    }

    /// Sends a request with the previous token if it is live. Nobody reads the answer.
    async fn straggle(&self, world: &World) {
        if let Some(before) = &self.before
            && world.is_live(before).await
        {
            assert!(world.next_of(before).await == self.kept);
        }
    }
}

async fn run(steps: Vec<Step>) {
    let world = World::new();
    let neo = world.register("neo", LEGACY).await;
    let mut client = Client {
        kept: neo.token,
        expires_at: neo.expires_at,
        before: None,
    };
    for step in steps {
        match step {
            Step::Answered => client.ask(&world, true).await,
            Step::Lost => client.ask(&world, false).await,
            Step::Straggler => client.straggle(&world).await,
            Step::Wait(span) => world.wait(span),
        }
        let live = world.now() < client.expires_at;
        assert_eq!(world.is_live(&client.kept).await, live);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 128,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_client_that_keeps_the_last_token_it_was_answered_stays_logged_in(
        steps in vec(step(), 1..60)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.unwrap().block_on(run(steps));
    }
}
