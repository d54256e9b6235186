//! A primary and its standby, which change roles, and how nodes find the primary.

use std::mem;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use azuma_tests::addresses::own_address;
use azuma_tests::fault::Fault;
use azuma_tests::network::Network;
use azuma_tests::postgres::{Cluster, Copy, Options, Stop, database_of};
use azuma_tests::server::{Hosts, Setup};
use fastrand::Rng;

use super::super::node::Node;
use super::super::strike::{Part, Strike};
use super::{Smtp, settings};

/// What nodes call the primary.
const NAME: &str = "database";

/// Where each of the two is.
type Places<T> = [T; 2];

/// A primary and its standby.
pub struct Pair {
    roles: Mutex<Roles>,
    addresses: Places<SocketAddr>,
    /// By which a standby reaches the primary in this place.
    pub(super) replication: Places<Network>,
    database: String,
    ways: Vec<TwoWays>,
}

pub(super) struct Roles {
    pub(super) primary: Cluster,
    standby: Cluster,
    /// The place of the primary.
    pub(super) place: usize,
}

/// When a commit is acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replication {
    /// Once the standby has it.
    Synchronous,
    /// Before the standby has it.
    Asynchronous,
}

impl Pair {
    /// Starts both, with a database and ways to them for so many nodes.
    pub fn start(replication: Replication, nodes: usize) -> Self {
        let addresses = [own_address(5432), own_address(5432)];
        let primary = options(addresses[0]).start();
        let url = primary.create_database();
        if replication == Replication::Synchronous {
            primary.wait_for_a_standby();
        }
        let replication = addresses.map(Network::to);
        let copy = Copy::of(&primary, options(addresses[1]));
        let standby = copy.follow(replication[0].address());
        primary.wait_until_replicated();
        Self {
            roles: Mutex::new(Roles {
                primary,
                standby,
                place: 0,
            }),
            addresses,
            replication,
            database: database_of(&url).to_owned(),
            ways: (0..nodes).map(|_| TwoWays::to(addresses)).collect(),
        }
    }

    /// Starts the nodes. The last one knows both addresses, the others the name.
    pub fn start_nodes(&self, smtp: &Smtp) -> Vec<Arc<Node>> {
        let first = settings(Setup::postgres(""));
        let last = self.ways.len() - 1;
        let node = |(number, way): (usize, &TwoWays)| {
            let place = match number == last {
                true => {
                    let [one, other] = &way.networks;
                    format!("{},{}", one.address(), other.address())
                }
                false => NAME.to_owned(),
            };
            let url = format!("postgres://postgres@{place}/{}", self.database);
            let setup = first.elsewhere().with_hosts(&way.hosts);
            let setup = smtp.settings(number, setup.set("database.url", &url));
            Node::start(number, setup)
        };
        self.ways.iter().enumerate().map(node).collect()
    }

    /// What the primary answers.
    pub(super) fn sql(&self, query: &str) -> String {
        self.try_sql(query)
            .unwrap_or_else(|reason| panic!("{reason}"))
    }

    /// The same while it may be down.
    pub(super) fn try_sql(&self, query: &str) -> Result<String, String> {
        self.roles().primary.try_sql(&self.database, query)
    }

    /// The primary is lost, and the standby takes its place.
    pub fn promotion(self: &Arc<Self>, stop: Stop) -> Strike {
        let pair = Arc::clone(self);
        let what = format!("the primary is lost: {stop:?}");
        Strike::new(what, Part::Database, move || {
            pair.roles().primary.stop_by(stop);
            Fault::begun(move || pair.promote())
        })
    }

    /// The primary is stopped, and started again.
    pub fn restart(self: &Arc<Self>, stop: Stop) -> Strike {
        let pair = Arc::clone(self);
        let what = format!("the primary is stopped: {stop:?}");
        Strike::new(what, Part::Database, move || {
            pair.roles().primary.stop_by(stop);
            Fault::begun(move || {
                let roles = pair.roles();
                roles.primary.resume();
                roles.primary.wait_until_replicated();
            })
        })
    }

    /// Nothing gets to the standby.
    pub fn lag(self: &Arc<Self>) -> Strike {
        let pair = Arc::clone(self);
        Strike::new("the standby is cut off", Part::Database, move || {
            let cut = pair.replication[pair.roles().place].cut();
            Fault::begun(move || {
                cut.end();
                pair.roles().primary.wait_until_replicated();
            })
        })
    }

    /// Something between a node and the pair breaks.
    pub fn cut(&self, number: usize, rng: &mut Rng) -> Strike {
        let networks = self.ways[number].networks.clone();
        let part = Part::Node(number);
        match rng.bool() {
            true => Strike::new("nothing gets through", part, move || {
                both(networks.map(|network| network.cut()))
            }),
            false => Strike::new("no answer gets through", part, move || {
                both(networks.map(|network| network.cut_answers()))
            }),
        }
    }

    /// The standby becomes the primary, and gets a standby of its own where the primary was.
    pub(super) fn promote(&self) {
        let mut roles = self.roles();
        roles.standby.promote();
        let Roles {
            primary, standby, ..
        } = &mut *roles;
        mem::swap(primary, standby);
        roles.place = 1 - roles.place;
        for way in &self.ways {
            way.lead_to(roles.place);
        }
        self.make_standby(&mut roles);
    }

    /// A new standby takes the place that has no primary.
    pub(super) fn make_standby(&self, roles: &mut Roles) {
        roles.standby.stop_by(Stop::Immediate);
        let copy = self.copy(&roles.primary, 1 - roles.place);
        roles.standby = copy.follow(self.replication[roles.place].address());
        roles.primary.wait_until_replicated();
    }

    /// A copy that can be started in a place.
    pub(super) fn copy(&self, cluster: &Cluster, place: usize) -> Copy {
        Copy::of(cluster, options(self.addresses[place]))
    }

    pub(super) fn roles(&self) -> MutexGuard<'_, Roles> {
        self.roles.lock().expect("no panic")
    }
}

fn options(address: SocketAddr) -> Options {
    Options::default().durable().at(address)
}

fn both(faults: Places<Fault>) -> Fault {
    Fault::begun(move || drop(faults))
}

/// How a node reaches both places.
struct TwoWays {
    networks: Places<Arc<Network>>,
    hosts: Hosts,
}

impl TwoWays {
    fn to(addresses: Places<SocketAddr>) -> Self {
        let networks = addresses.map(|address| Arc::new(Network::to(address)));
        let hosts = Hosts::new(NAME, networks[0].address().ip());
        Self { networks, hosts }
    }

    /// The name is that of the place.
    fn lead_to(&self, place: usize) {
        self.hosts.point_to(self.networks[place].address().ip());
    }
}
