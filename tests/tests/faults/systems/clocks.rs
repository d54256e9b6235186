//! Servers on one Postgres, whose clocks jump.

use std::sync::Arc;
use std::time::Duration;

use azuma_checker::history::Bounds;
use azuma_tests::clock::{Clock, Jump};
use azuma_tests::fault::Fault;
use azuma_tests::postgres::{Cluster, database_of};
use azuma_tests::server::Setup;
use fastrand::Rng;

use super::super::node::Node;
use super::super::strike::{Part, Strike};
use super::{Script, Smtp, System, settings};

/// How much of the machine's time passes between a look at a clock and an answer at most.
const ANSWERED_WITHIN: Duration = Duration::from_secs(10);

/// Servers on one Postgres, each with a clock of its own.
pub struct WithClocks {
    cluster: Cluster,
    database: String,
    clocks: Vec<Clock>,
    nodes: Vec<Arc<Node>>,
    smtp: Smtp,
    most: Duration,
}

impl WithClocks {
    /// Starts so many. Their clocks jump by as much, forwards and back.
    pub fn start(count: usize, most: Duration) -> Self {
        let cluster = Cluster::start();
        let url = cluster.create_database();
        let first = settings(Setup::postgres(&url));
        let clocks: Vec<Clock> = (0..count).map(|_| Clock::right()).collect();
        let smtp = Smtp::start(count);
        let node = |(number, clock)| {
            let setup = first.elsewhere().with_clock(clock);
            Node::start(number, smtp.settings(number, setup))
        };
        Self {
            database: database_of(&url).to_owned(),
            nodes: clocks.iter().enumerate().map(node).collect(),
            cluster,
            smtp,
            clocks,
            most,
        }
    }
}

impl System for WithClocks {
    fn nodes(&self) -> &[Arc<Node>] {
        &self.nodes
    }

    fn smtp(&self) -> &Smtp {
        &self.smtp
    }

    fn any_strike(&self, rng: &mut Rng) -> Strike {
        let number = rng.usize(0..self.nodes.len());
        let jump = match rng.bool() {
            true => Jump::Forwards(self.most),
            false => Jump::Back(self.most),
        };
        match rng.u8(0..4) {
            0 => self.nodes[number].any_strike(rng),
            1 => jumped(format!("all jump {jump:?}"), jump, self.clocks.clone()),
            _ => {
                let clocks = vec![self.clocks[number].clone()];
                jumped(format!("node {number} jumps {jump:?}"), jump, clocks)
            }
        }
    }

    /// One clock is wrong, or all are, by as much.
    fn bounds(&self) -> Bounds {
        Bounds {
            clock_skew: self.most + ANSWERED_WITHIN,
            ..Bounds::default()
        }
    }

    fn try_ask(&self, script: &Script) -> Result<String, String> {
        self.cluster.try_sql(&self.database, script.postgres)
    }
}

fn jumped(what: String, jump: Jump, clocks: Vec<Clock>) -> Strike {
    Strike::new(what, Part::Clocks, move || {
        let jumps: Vec<Fault> = clocks.iter().map(|clock| clock.jump(jump)).collect();
        Fault::begun(move || drop(jumps))
    })
}
