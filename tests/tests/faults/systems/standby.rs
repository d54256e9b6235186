//! Servers on a Postgres whose standby has every commit that was acknowledged, and is promoted.

use std::sync::Arc;

use azuma_tests::postgres::Stop;
use fastrand::Rng;

use super::super::node::Node;
use super::super::strike::Strike;
use super::pair::{Pair, Replication};
use super::{Script, Smtp, System};

/// Servers on a primary with a synchronous standby.
pub struct OnPair {
    pair: Arc<Pair>,
    nodes: Vec<Arc<Node>>,
    smtp: Smtp,
}

impl OnPair {
    /// Starts so many.
    pub fn start(count: usize) -> Self {
        let pair = Arc::new(Pair::start(Replication::Synchronous, count));
        let smtp = Smtp::start(count);
        let nodes = pair.start_nodes(&smtp);
        Self { pair, nodes, smtp }
    }
}

impl System for OnPair {
    fn nodes(&self) -> &[Arc<Node>] {
        &self.nodes
    }

    fn smtp(&self) -> &Smtp {
        &self.smtp
    }

    fn any_strike(&self, rng: &mut Rng) -> Strike {
        let number = rng.usize(0..self.nodes.len());
        match rng.u8(0..9) {
            0..2 => self.nodes[number].any_strike(rng),
            2..4 => self.pair.cut(number, rng),
            4..6 => self.pair.promotion(Stop::Immediate),
            6 => self.pair.promotion(Stop::Kill),
            7 => self.pair.restart(Stop::Kill),
            _ => self.pair.lag(),
        }
    }

    fn try_ask(&self, script: &Script) -> Result<String, String> {
        self.pair.try_sql(script.postgres)
    }
}
