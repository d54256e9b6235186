//! Sessions of the `legacy` dialect: near its end, a token is followed by a next one.

mod chains;
mod due;
mod ending;
mod listing;
mod model;
mod one_client;
mod several;
mod takeover;

use std::time::Duration;

use azuma_domain::services::IssuedSession;
use azuma_domain::token::Token;
use azuma_testkit::sample::DAY;

use crate::world::{LEGACY, World};

const SECOND: Duration = Duration::from_secs(1);

/// Somebody whose token is due for a next one, with seven days left.
async fn due() -> (World, IssuedSession) {
    let world = World::new();
    let neo = world.register("neo", LEGACY).await;
    world.wait(23 * DAY);
    (world, neo)
}

/// Somebody who was answered a next token, seven days before the old one's end, and has not used it.
async fn answered() -> (World, Token, Token) {
    let (world, neo) = due().await;
    let next = world.next_of(&neo.token).await;
    (world, neo.token, next)
}

/// Somebody who has just used its next token, so that the old one is in its grace.
async fn in_grace() -> (World, Token, Token) {
    let (world, old, next) = answered().await;
    world.caller(&next).await;
    (world, old, next)
}
