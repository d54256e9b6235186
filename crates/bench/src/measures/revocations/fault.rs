//! What can be wrong between a node and its database.

use std::thread;
use std::time::Duration;

use azuma_tests::network::Network;
use azuma_tests::postgres::Connections;

use crate::bench::Bench;

/// A fault; it hits one node's connections and leaves the database to the other.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// None.
    Nothing,
    /// The connections are killed, new ones too.
    Killed,
    /// The database's processes that serve them stand still, those of new ones too.
    Frozen,
    /// Nothing comes through in either direction, and nobody is told.
    Cut,
}

impl Fault {
    /// What the table calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing wrong",
            Self::Killed => "its connections killed",
            Self::Frozen => "its database backend frozen",
            Self::Cut => "the network cut",
        }
    }

    /// What the connections of its node are called.
    pub fn node(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Killed => "killed",
            Self::Frozen => "frozen",
            Self::Cut => "cut",
        }
    }

    /// Its place among them.
    pub fn number(self) -> u32 {
        self as u32
    }

    /// How long it lasts: some times as long as a node may be mistaken, but for a short run.
    pub fn lasts(self, bench: &Bench) -> Duration {
        match self {
            Self::Nothing => bench.seconds(1.0, 0.5),
            Self::Killed | Self::Frozen | Self::Cut => bench.seconds(8.4, 1.0),
        }
    }

    /// Keeps it up for so long.
    pub fn strike(self, network: &Network, connections: &Connections, lasts: Duration) {
        let trouble = match self {
            Self::Nothing => None,
            Self::Killed => Some(connections.keep_killing()),
            Self::Frozen => Some(connections.keep_freezing()),
            Self::Cut => Some(network.cut()),
        };
        thread::sleep(lasts);
        drop(trouble);
    }
}
