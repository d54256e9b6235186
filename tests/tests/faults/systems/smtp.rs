//! The mail server of a run, and the network of each node to it.

use std::sync::Arc;
use std::time::Duration;

use azuma_tests::fault::Fault;
use azuma_tests::mail_server::{MailServer, Reaction, Step, Taken};
use azuma_tests::network::Network;
use azuma_tests::server::Setup;
use fastrand::Rng;
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use super::super::strike::{Part, Strike};

/// For longer than handing over a message may take.
const LONG: Duration = Duration::from_secs(6);

/// The mail server, as the nodes reach it.
pub struct Smtp {
    server: Arc<MailServer>,
    ways: Vec<Arc<Network>>,
}

impl Smtp {
    /// Starts one for so many nodes.
    pub fn start(nodes: usize) -> Self {
        let server = block_in_place(|| Handle::current().block_on(MailServer::start()));
        let address = ([127, 0, 0, 1], server.port()).into();
        Self {
            ways: (0..nodes).map(|_| Network::to(address).into()).collect(),
            server: server.into(),
        }
    }

    /// The settings of a node that sends its mail here.
    pub fn settings(&self, node: usize, setup: Setup) -> Setup {
        setup
            .set("mail.url", &format!("smtp://{}", self.ways[node].address()))
            // What an answer that is lost delays ends within a run.
            .set("mail.connect_timeout", "2s")
            .set("mail.send_timeout", "2s")
    }

    /// The messages that were taken after the first `count`.
    pub fn taken_after(&self, count: usize) -> Vec<Taken> {
        self.server.taken_after(count)
    }

    /// It refuses, stalls or hangs up at a step, or a node's network to it is cut.
    pub fn any_strike(&self, rng: &mut Rng) -> Strike {
        let step = Step::ALL[rng.usize(0..Step::ALL.len())];
        let node = rng.usize(0..self.ways.len());
        let way = Arc::clone(&self.ways[node]);
        match rng.u8(0..8) {
            0 => self.reacts("takes no connection", Step::Greeting, Reaction::Drop),
            1 => {
                let later = Reaction::Say("451 4.3.0 later");
                self.reacts("refuses for a while", step, later)
            }
            2 => {
                let server = Arc::clone(&self.server);
                Strike::new("it refuses one recipient", Part::Mail, move || {
                    server.react_times(Step::Recipient, Reaction::Say("550 5.1.1 who?"), 1);
                    Fault::begun(move || server.accept_all())
                })
            }
            3 => self.reacts("stalls", step, Reaction::Stall),
            4 => self.reacts("hangs up", step, Reaction::Drop),
            5 => self.reacts("takes messages and hangs up", Step::Taken, Reaction::Drop),
            6 => Strike::new(
                format!("node {node} cannot reach it"),
                Part::Mail,
                move || way.cut(),
            )
            .lasting(LONG),
            _ => Strike::new(
                format!("its answers do not reach node {node}"),
                Part::Mail,
                move || way.cut_answers(),
            )
            .lasting(LONG),
        }
    }

    fn reacts(&self, how: &str, step: Step, reaction: Reaction) -> Strike {
        let server = Arc::clone(&self.server);
        let what = format!("it {how}, at {step:?}");
        Strike::new(what, Part::Mail, move || {
            server.react(step, reaction);
            Fault::begun(move || server.accept_all())
        })
        .lasting(LONG)
    }
}
