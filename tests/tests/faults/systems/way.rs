//! How a node reaches Postgres.

use std::sync::Arc;
use std::time::Duration;

use azuma_tests::network::Network;
use azuma_tests::postgres::Connections;
use fastrand::Rng;

use super::super::strike::{Part, Strike};

/// For longer than a unit of work may take.
const LONG: Duration = Duration::from_secs(8);

/// How a node reaches Postgres.
pub struct Way {
    pub network: Arc<Network>,
    pub connections: Connections,
    /// The connections that only follow the invalidations, where they can be told from the others.
    pub polls: Option<Connections>,
}

impl Way {
    /// Something between the node, which is this part, and Postgres breaks.
    pub fn any_strike(&self, part: Part, rng: &mut Rng) -> Strike {
        let network = Arc::clone(&self.network);
        let connections = self.connections.clone();
        match (rng.u8(0..5), self.polls.clone()) {
            (0, _) => {
                Strike::new("nothing gets through", part, move || network.cut()).lasting(LONG)
            }
            (1, _) => Strike::new("no answer gets through", part, move || {
                network.cut_answers()
            })
            .lasting(LONG),
            (2, _) => Strike::new("connections are killed", part, move || {
                connections.keep_killing()
            }),
            (3, Some(polls)) => Strike::new("backends of polls are suspended", part, move || {
                polls.keep_freezing()
            })
            .lasting(LONG),
            _ => Strike::new("backends are suspended", part, move || {
                connections.keep_freezing()
            })
            .lasting(LONG),
        }
    }
}
