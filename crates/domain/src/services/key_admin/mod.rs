//! What an operator does about the secret keys: sees what each has derived, and replaces the tokens of former ones.

mod reissue;
mod status;

use std::sync::Arc;

use crate::ports::{Clock, Store};
use crate::session::Lifetimes;
use crate::token::TokenKeys;

pub use status::{KeyStatus, KeyUses};

/// The most rows read at once, and the most sessions that are given tokens in one transaction.
const PAGE: u32 = 500;

/// The use cases of an operator for keys.
pub struct KeyAdmin {
    /// Keeps what the keys have derived.
    pub store: Arc<dyn Store>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// The keys of this node.
    pub keys: TokenKeys,
    /// How long sessions live.
    pub lifetimes: Lifetimes,
}
