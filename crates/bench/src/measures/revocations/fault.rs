//! The faults between a node and its database.

use std::thread;
use std::time::Duration;

use azuma_tests::network::Network;
use azuma_tests::postgres::Connections;

use crate::bench::Bench;

/// A fault; it hits one node's connections and leaves the database to the other.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// There is no fault.
    Nothing,
    /// The connections are killed, and so are new ones.
    Killed,
    /// The database's processes for the connections are stopped, and so are those for new ones.
    Frozen,
    /// No packet passes in either direction, and neither side notices.
    Cut,
}

impl Fault {
    /// Its name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing wrong",
            Self::Killed => "its connections killed",
            Self::Frozen => "its database backend frozen",
            Self::Cut => "the network cut",
        }
    }

    /// The name of its node's connections.
    pub fn node(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Killed => "killed",
            Self::Frozen => "frozen",
            Self::Cut => "cut",
        }
    }

    /// Its place among the faults.
    pub fn number(self) -> u32 {
        self as u32
    }

    /// How long it lasts: several times as long as a node may be wrong, except in a short run.
    pub fn lasts(self, bench: &Bench) -> Duration {
        match self {
            Self::Nothing => bench.seconds(1.0, 0.5),
            Self::Killed | Self::Frozen | Self::Cut => bench.seconds(8.4, 1.0),
        }
    }

    /// Causes the fault for `span`.
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
