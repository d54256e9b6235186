//! Revocations during a fault between a node and the database.

use std::sync::Arc;
use std::time::{Duration, Instant};

use azuma_tests::clients::Azuma;
use azuma_tests::fault::Fault;
use azuma_tests::network::Network;
use azuma_tests::people::Person;
use azuma_tests::postgres::{Cluster, Connections};
use azuma_tests::server::{Server, Setup};
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until};

use super::revocation::Revocation;
use super::{WITHIN, wait_for_status};

/// The application name of the faulty node's connections.
const NAME: &str = "there";

/// A healthy node, and one whose connections will fail.
struct Nodes {
    here: Server,
    there: Server,
    network: Network,
    connections: Connections,
}

impl Nodes {
    /// On a cluster of their own: tests on the shared one would wait for a suspended process.
    fn start() -> Self {
        let cluster = Arc::new(Cluster::start());
        let network = Network::to(cluster.address());
        let url = cluster.create_database();
        let direct = cluster.address().to_string();
        let detour = url.replace(&direct, &network.address().to_string());
        let here = Setup::postgres(&url).for_tests();
        let there = here
            .elsewhere()
            .set("database.url", &format!("{detour}?application_name={NAME}"));
        Self {
            here: here.start(),
            there: there.start(),
            network,
            connections: Connections::of(&cluster, NAME),
        }
    }

    /// A user whose session `there` remembers.
    async fn bystander(&self) -> String {
        let token = self.here.azuma().sign_up(&Person::named("trinity")).await;
        self.there.azuma().own_user(&token).await.done(200);
        token
    }
}

/// Asks with a token again and again; a request later than [`WITHIN`] may not be answered 200.
async fn watch(azuma: Azuma, token: String, case: Revocation, revoked: Instant, until: Instant) {
    while Instant::now() < until {
        let asked = Instant::now();
        let status = azuma.own_user(&token).await.status;
        let after = asked - revoked;
        match status {
            200 => assert!(after < WITHIN, "{case:?}: 200 after {after:?}"),
            401 | 503 => {}
            _ => panic!("{case:?}: {status} after {after:?}"),
        }
        sleep(Duration::from_millis(20)).await;
    }
}

/// Revokes sessions in every way while the fault lasts, and checks them until a while after.
async fn holds_through(strike: fn(&Nodes) -> Fault) {
    let nodes = Nodes::start();
    let bystander = nodes.bystander().await;
    let mut doomed = Vec::new();
    for revocation in Revocation::ALL {
        let session = revocation.prepare(&nodes.here).await;
        let token = &session.token;
        nodes.there.azuma().own_user(token).await.done(200);
        doomed.push(session);
    }

    let fault = strike(&nodes);
    let over = Instant::now() + Duration::from_secs(5);
    let until = over + Duration::from_secs(2);
    let mut watches = JoinSet::new();
    for session in &doomed {
        session.end(&nodes.here).await;
        let revoked = Instant::now();
        for _ in 0..3 {
            let (azuma, token) = (nodes.there.azuma(), session.token.clone());
            watches.spawn(watch(azuma, token, session.revocation, revoked, until));
        }
    }
    sleep_until(over.into()).await;
    fault.end();
    watches.join_all().await;

    for session in &doomed {
        wait_for_status(&nodes.there.azuma(), &session.token, 401).await;
    }
    wait_for_status(&nodes.there.azuma(), &bystander, 200).await;
}

#[tokio::test]
async fn revocations_hold_while_connections_are_killed() {
    holds_through(|nodes| nodes.connections.keep_killing()).await;
}

#[tokio::test]
async fn revocations_hold_while_the_database_stands_still() {
    holds_through(|nodes| nodes.connections.keep_freezing()).await;
}

#[tokio::test]
async fn revocations_hold_while_the_network_is_cut() {
    holds_through(|nodes| nodes.network.cut()).await;
}

#[tokio::test]
async fn revocations_hold_while_answers_do_not_arrive() {
    holds_through(|nodes| nodes.network.cut_answers()).await;
}

/// A node that cannot check a session answers 503 during the fault, and 200 after it.
async fn is_told_as_unavailable(strike: fn(&Nodes) -> Fault) {
    let nodes = Nodes::start();
    let bystander = nodes.bystander().await;
    let fault = strike(&nodes);
    let there = nodes.there.azuma();
    wait_for_status(&there, &bystander, 503).await;
    let answer = there.own_user(&bystander).await;
    answer.refused(503, "SERVICE_UNAVAILABLE");
    fault.end();
    wait_for_status(&there, &bystander, 200).await;
}

#[tokio::test]
async fn a_database_that_stands_still_is_told_as_unavailable() {
    is_told_as_unavailable(|nodes| nodes.connections.keep_freezing()).await;
}

#[tokio::test]
async fn a_cut_network_is_told_as_unavailable() {
    is_told_as_unavailable(|nodes| nodes.network.cut()).await;
}

#[tokio::test]
async fn missing_answers_are_told_as_unavailable() {
    is_told_as_unavailable(|nodes| nodes.network.cut_answers()).await;
}
