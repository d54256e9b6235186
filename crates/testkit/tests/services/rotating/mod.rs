//! Sessions of the `legacy` dialect: near its expiry, a token gets a next one.

mod chains;
mod due;
mod ending;
mod listing;
mod model;
mod one_client;
mod several;
mod takeover;

use azuma_domain::services::IssuedSession;
use azuma_domain::token::Token;
use azuma_testkit::sample::DAY;

use crate::world::{LEGACY, World};

/// A session whose token has seven days left, so that a next one is due.
async fn due() -> (World, IssuedSession) {
    let world = World::new();
    let neo = world.register("neo", LEGACY).await;
    world.wait(23 * DAY);
    (world, neo)
}

/// A session with an old token that has seven days left, and a next one that was never used.
async fn answered() -> (World, Token, Token) {
    let (world, neo) = due().await;
    let next = world.next_of(&neo.token).await;
    (world, neo.token, next)
}

/// A session whose next token has just been used, so that the old one is in its grace.
async fn in_grace() -> (World, Token, Token) {
    let (world, old, next) = answered().await;
    world.caller(&next).await;
    (world, old, next)
}
