//! Servers on a Postgres that loses commits which were acknowledged: a standby that lags is promoted, or a backup restored.

use std::sync::Arc;
use std::time::Duration;

use azuma_tests::deadline::Deadline;
use azuma_tests::fault::Fault;
use azuma_tests::postgres::{Copy, Stop};
use fastrand::Rng;

use super::super::node::Node;
use super::super::strike::Strike;
use super::pair::{Pair, Replication};
use super::{Script, Smtp, System};

/// How many sessions and invalidations are lost at least.
const LOST: u64 = 3;
/// How long nodes have to read the invalidations that will be lost: a few polls.
const READ_WITHIN: Duration = Duration::from_secs(1);

/// Servers on a primary with an asynchronous standby.
pub struct OnForgetful {
    pair: Arc<Pair>,
    nodes: Vec<Arc<Node>>,
    smtp: Smtp,
}

/// How commits are lost.
#[derive(Clone, Copy, Debug)]
pub enum Loss {
    /// A standby is promoted that lacks them.
    Promotion,
    /// A backup is restored that lacks them.
    Restore,
}

/// What lacks the commits that are made from now on.
pub enum Behind {
    /// The standby. The fault keeps them from it.
    Standby(Fault),
    /// A backup.
    Backup(Copy),
}

impl OnForgetful {
    /// Starts so many.
    pub fn start(count: usize) -> Self {
        let pair = Arc::new(Pair::start(Replication::Asynchronous, count));
        let smtp = Smtp::start(count);
        let nodes = pair.start_nodes(&smtp);
        Self { pair, nodes, smtp }
    }

    /// The database.
    pub fn pair(&self) -> Arc<Pair> {
        Arc::clone(&self.pair)
    }
}

impl System for OnForgetful {
    fn nodes(&self) -> &[Arc<Node>] {
        &self.nodes
    }

    fn smtp(&self) -> &Smtp {
        &self.smtp
    }

    fn any_strike(&self, rng: &mut Rng) -> Strike {
        let number = rng.usize(0..self.nodes.len());
        match rng.bool() {
            true => self.nodes[number].any_strike(rng),
            false => self.pair.cut(number, rng),
        }
    }

    fn try_ask(&self, script: &Script) -> Result<String, String> {
        self.pair.try_sql(script.postgres)
    }
}

impl Pair {
    /// From now on commits are made that can be lost. Returns when nodes have cached some of them: sessions, and
    /// invalidations, by which they notice the loss.
    pub fn begin_to_lose(&self, loss: Loss) -> Behind {
        let behind = self.leave_behind(loss);
        let invalidated = "SELECT number FROM invalidation_counter;";
        let before = self.number(invalidated);
        let since = self.sql("SELECT clock_timestamp();");
        let issued = format!(
            "SELECT count(*) FROM sessions WHERE created_at > '{}';",
            since.trim()
        );
        let deadline = Deadline::in_seconds(60);
        while self.number(invalidated) < before + LOST || self.number(&issued) < LOST {
            assert!(!deadline.is_over(), "clients change nothing");
            deadline.step_blocking();
        }
        std::thread::sleep(READ_WITHIN);
        behind
    }

    fn leave_behind(&self, loss: Loss) -> Behind {
        let roles = self.roles();
        roles.primary.wait_until_replicated();
        match loss {
            Loss::Promotion => Behind::Standby(self.replication[roles.place].cut()),
            Loss::Restore => Behind::Backup(self.copy(&roles.primary, roles.place)),
        }
    }

    /// Loses them.
    pub fn lose(&self, behind: Behind) {
        self.roles().primary.stop_by(Stop::Kill);
        match behind {
            Behind::Standby(cut) => {
                self.promote();
                cut.end();
            }
            Behind::Backup(copy) => {
                let mut roles = self.roles();
                roles.primary = copy.start();
                self.make_standby(&mut roles);
            }
        }
    }

    /// Whether the database knows a token.
    pub fn knows(&self, token: &str) -> bool {
        let query = format!("SELECT count(*) FROM session_tokens WHERE hash = sha256('{token}');");
        self.number(&query) == 1
    }

    fn number(&self, query: &str) -> u64 {
        self.sql(query).trim().parse().expect("a number")
    }
}
