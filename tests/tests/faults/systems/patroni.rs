//! Servers on a cluster that Patroni runs.

use std::sync::Arc;

use azuma_tests::fault::Fault;
use azuma_tests::postgres::Patroni;
use azuma_tests::process::Signal;
use azuma_tests::server::Setup;
use fastrand::Rng;

use super::super::node::Node;
use super::super::strike::{Part, Strike};
use super::{Script, Smtp, System, settings};

/// Servers whose URL has both members of the cluster.
pub struct OnPatroni {
    patroni: Arc<Patroni>,
    nodes: Vec<Arc<Node>>,
    smtp: Smtp,
}

impl OnPatroni {
    /// Starts so many.
    pub fn start(count: usize) -> Self {
        let patroni = Arc::new(Patroni::start());
        let smtp = Smtp::start(count);
        let first = settings(Setup::postgres(&patroni.database_url()));
        let node = |number| Node::start(number, smtp.settings(number, first.elsewhere()));
        Self {
            nodes: (0..count).map(node).collect(),
            patroni,
            smtp,
        }
    }
}

impl System for OnPatroni {
    fn nodes(&self) -> &[Arc<Node>] {
        &self.nodes
    }

    fn smtp(&self) -> &Smtp {
        &self.smtp
    }

    fn any_strike(&self, rng: &mut Rng) -> Strike {
        let patroni = Arc::clone(&self.patroni);
        match rng.u8(0..6) {
            0 => self.nodes[rng.usize(0..self.nodes.len())].any_strike(rng),
            1..4 => Strike::new("the primary's machine is lost", Part::Database, move || {
                let lost = patroni.lose_the_primary();
                Fault::begun(move || patroni.resume(lost))
            }),
            4 => Strike::new("a switchover", Part::Database, move || {
                patroni.switch_over();
                Fault::begun(|| ())
            }),
            _ => Strike::new("etcd stands still", Part::Database, move || {
                patroni.signal_etcd(Signal::Stop);
                Fault::begun(move || {
                    patroni.signal_etcd(Signal::Continue);
                    patroni.settle();
                })
            }),
        }
    }

    fn try_ask(&self, script: &Script) -> Result<String, String> {
        self.patroni.try_sql(script.postgres)
    }
}
