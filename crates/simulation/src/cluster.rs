//! The nodes over one database.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use azuma_checker::history::{Broken, Ending, UnwrittenUses};
use azuma_domain::ports::Store;
use azuma_infra::store::{DatabaseUrl, DieselStore, PoolOptions};
use tokio::task::spawn_local;
use tokio::time::{advance, sleep};

use crate::chance::Chance;
use crate::fault::Fault;
use crate::incident::{Incident, Incidents};
use crate::life::{Defects, Life, Mended};
use crate::mail_server::{Mailbox, NodeMailer};
use crate::node::{Node, Parts};
use crate::plan::Plan;
use crate::ports::RunClock;
use crate::store::Path;
use crate::write_lock::WriteLock;

/// All nodes of a run.
pub(crate) struct Cluster {
    plan: Plan,
    chance: Chance,
    pub(crate) clock: RunClock,
    pub(crate) database: Arc<dyn Store>,
    pub(crate) mailbox: Mailbox,
    pub(crate) mended: Mended,
    pub(crate) defects: Defects,
    pub(crate) write_lock: WriteLock,
    pub(crate) incidents: Incidents,
    nodes: Vec<Place>,
    crashes: RefCell<Vec<Broken>>,
    endings: RefCell<Vec<Ending>>,
    /// How much time has passed at once.
    leapt: Cell<Duration>,
}

/// Where a node runs, one life after another.
struct Place {
    running: RefCell<Option<Rc<Node>>>,
    lives: Cell<u32>,
    path: Arc<Path>,
    messages: Arc<AtomicU32>,
}

impl Cluster {
    /// Nodes over an empty database, all of them running.
    pub(crate) fn start(plan: &Plan) -> Rc<Self> {
        let clock = RunClock::start();
        let chance = Chance::of(plan.seed);
        let mended = Mended::default();
        let (write_lock, incidents) = (WriteLock::default(), Incidents::default());
        let url = DatabaseUrl::in_memory();
        let database = DieselStore::open(&url, PoolOptions::default()).expect("a database");
        let nodes = 0..plan.clocks_ahead.len();
        let cluster = Rc::new(Self {
            plan: plan.clone(),
            chance,
            clock,
            database: Arc::new(database),
            mailbox: Mailbox::default(),
            mended: mended.clone(),
            defects: Defects::default(),
            crashes: RefCell::default(),
            endings: RefCell::default(),
            leapt: Cell::default(),
            write_lock: write_lock.clone(),
            incidents: incidents.clone(),
            nodes: nodes
                .clone()
                .map(|node| Place {
                    running: RefCell::default(),
                    lives: Cell::default(),
                    path: Arc::new(Path::of(
                        node,
                        chance,
                        clock,
                        &plan.faults,
                        write_lock.clone(),
                        mended.clone(),
                        incidents.clone(),
                    )),
                    messages: Arc::default(),
                })
                .collect(),
        });
        for node in nodes {
            spawn_local(Rc::clone(&cluster).keep_running(node));
        }
        for fault in &plan.faults {
            match *fault {
                Fault::Crash { node, at, down } => {
                    spawn_local(Rc::clone(&cluster).crash_at(node, at, down));
                }
                Fault::Stop { node, at, down } => {
                    spawn_local(Rc::clone(&cluster).stop_at(node, at, down));
                }
                Fault::Leap { at, minutes } => {
                    spawn_local(Rc::clone(&cluster).leap_at(at, minutes));
                }
                Fault::Unit { .. }
                | Fault::LateCommit { .. }
                | Fault::Mail { .. }
                | Fault::Freeze { .. }
                | Fault::MailDown { .. }
                | Fault::MailRefused { .. } => {}
            }
        }
        cluster
    }

    /// The node of this number, or the next one that runs.
    pub(crate) fn node(&self, number: usize) -> Option<(usize, Rc<Node>)> {
        let count = self.nodes.len();
        (number..number + count)
            .map(|number| number % count)
            .find_map(|number| Some((number, self.nodes[number].running.borrow().clone()?)))
    }

    pub(crate) fn count(&self) -> usize {
        self.nodes.len()
    }

    /// When nodes crashed, and did not run.
    pub(crate) fn crashes(&self) -> Vec<Broken> {
        self.crashes.borrow().clone()
    }

    /// Whether all nodes run.
    pub(crate) fn is_complete(&self) -> bool {
        let mut nodes = self.nodes.iter();
        nodes.all(|place| place.running.borrow().is_some())
    }

    /// When nodes stopped or crashed.
    pub(crate) fn endings(&self) -> Vec<Ending> {
        self.endings.borrow().clone()
    }

    /// Starts the node again whenever it has crashed or stopped.
    async fn keep_running(self: Rc<Self>, number: usize) {
        let place = &self.nodes[number];
        loop {
            let node = Rc::new(self.new_node(number));
            let life = node.life.clone();
            *place.running.borrow_mut() = Some(node);
            let down = life.crashed().await;
            *place.running.borrow_mut() = None;
            self.note_ending(number, UnwrittenUses::Lost, down);
            sleep(down).await;
        }
    }

    /// Waits until so many milliseconds have passed, not counting the time that passes at once.
    pub(crate) async fn wait_until(&self, at: u32) {
        let at = Duration::from_millis(u64::from(at));
        loop {
            let passed = self.clock.running().saturating_sub(self.leapt.get());
            if passed >= at {
                return;
            }
            sleep(at - passed).await;
        }
    }

    async fn leap_at(self: Rc<Self>, at: u32, minutes: u32) {
        self.wait_until(at).await;
        let span = Duration::from_mins(u64::from(minutes));
        self.leapt.set(self.leapt.get() + span);
        self.endings.borrow_mut().push(Ending {
            node: None,
            at: self.clock.now(),
            uses: UnwrittenUses::Lost,
        });
        advance(span).await;
    }

    async fn crash_at(self: Rc<Self>, number: usize, at: u32, down: u32) {
        self.wait_until(at).await;
        if let Some(node) = &*self.nodes[number].running.borrow() {
            node.life.crash(Duration::from_millis(u64::from(down)));
        }
    }

    /// Stops the node in order, unless it crashes meanwhile.
    async fn stop_at(self: Rc<Self>, number: usize, at: u32, down: u32) {
        self.wait_until(at).await;
        let running = self.nodes[number].running.borrow_mut().take();
        let Some(node) = running else {
            return;
        };
        let life = node.life.clone();
        tokio::select! {
            biased;
            _ = life.crashed() => {}
            uses = node.stop() => {
                let down = Duration::from_millis(u64::from(down));
                if uses == UnwrittenUses::Written {
                    self.incidents.note(Incident::Stopped);
                }
                self.note_ending(number, uses, down);
                life.crash(down);
            }
        }
    }

    /// Writes down that the node stops, unless it has just stopped already.
    fn note_ending(&self, number: usize, uses: UnwrittenUses, down: Duration) {
        let (node, from) = (u32::try_from(number).ok(), self.clock.now());
        let mut endings = self.endings.borrow_mut();
        let is_known = |ending: &Ending| ending.node == node && ending.at == from;
        if endings.iter().any(is_known) {
            return;
        }
        endings.push(Ending {
            node,
            at: from,
            uses,
        });
        let what = match uses {
            UnwrittenUses::Lost => "crashed",
            UnwrittenUses::Written => "stopped",
        };
        self.crashes.borrow_mut().push(Broken {
            what: what.to_owned(),
            node,
            from,
            to: from.plus(down),
        });
    }

    fn new_node(&self, number: usize) -> Node {
        let place = &self.nodes[number];
        let lives = place.lives.get();
        place.lives.set(lives + 1);
        Node::start(Parts {
            number,
            lives,
            ahead_millis: self.plan.clocks_ahead[number],
            limits: self.plan.limits,
            clock: self.clock,
            chance: self.chance,
            database: Arc::clone(&self.database),
            path: Arc::clone(&place.path),
            mailbox: self.mailbox.clone(),
            defects: self.defects.clone(),
            mailer: NodeMailer {
                node: number,
                mailbox: self.mailbox.clone(),
                clock: self.clock,
                chance: self.chance,
                faults: self.plan.faults.clone(),
                messages: Arc::clone(&place.messages),
                life: Life::default(),
                mended: self.mended.clone(),
                incidents: self.incidents.clone(),
            },
        })
    }
}
