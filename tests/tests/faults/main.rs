//! Random requests to real servers while things break, checked as the histories of the simulation are
//! (docs/reliability.md).
//!
//! `scripts/test` runs each for half a minute. `scripts/faults` runs them for as long as it is told, on the release binary.
//! A seed decides what clients ask and what breaks when; how the requests meet is left to the machine.

mod client;
mod faults;
mod known;
mod nodes;
mod requests;

use std::env;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use azuma_checker::history::{Answer, Bounds, Event};
use azuma_checker::{History, check};
use fastrand::Rng;
use tokio::task::JoinSet;
use tokio::time::sleep;

use client::Client;
use known::Group;
use nodes::Nodes;

/// How many groups of clients there are: each has names of its own.
const GROUPS: usize = 3;
/// How many clients a group has.
const CLIENTS: usize = 3;
/// How long after the last fault everything is as it should be: longer than memory may answer.
const RECOVERED_AFTER: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_on_postgres_keep_what_they_promise() {
    keep_what_they_promise("postgres", Nodes::on_postgres(3)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_on_one_sqlite_file_keep_what_they_promise() {
    keep_what_they_promise("sqlite", Nodes::on_sqlite(2)).await;
}

async fn keep_what_they_promise(name: &str, nodes: Nodes) {
    let seed = setting("AZUMA_FAULTS_SEED").unwrap_or(1);
    let lasts = Duration::from_secs(setting("AZUMA_FAULTS_SECONDS").unwrap_or(30));
    let nodes = Arc::new(nodes);
    let events = Arc::new(Mutex::new(Vec::new()));
    let over = Arc::new(AtomicBool::new(false));
    let mut clients = JoinSet::new();
    for group in 0..GROUPS {
        let group = Arc::new(Group::new(group));
        for _ in 0..CLIENTS {
            let number = u32::try_from(clients.len()).expect("few clients");
            let seed = seed.wrapping_mul(1_000).wrapping_add(u64::from(number));
            let client = Client::new(number, Rng::with_seed(seed), &nodes, &group, &events);
            clients.spawn(client.run_until(Arc::clone(&over)));
        }
    }
    let struck = faults::strike(&nodes, Rng::with_seed(seed), lasts).await;
    over.store(true, Ordering::Relaxed);
    let clients = clients.join_all().await;
    sleep(RECOVERED_AFTER).await;
    let mended = nodes.now();
    for client in clients {
        client.look_at_the_end().await;
    }
    let history = History {
        bounds: Bounds::default(),
        mended: Some(mended),
        events: std::mem::take(&mut *events.lock().expect("no client panics")),
        invalidations: nodes.invalidations(),
        ..History::default()
    };
    let kept = nodes::keep(name, seed, &serde_json::to_string(&history).expect("JSON"));
    let violations = check(&history);
    let count = |is: fn(&Event) -> bool| history.events.iter().filter(|event| is(event)).count();
    println!(
        "{name}, seed {seed}: {} requests, {} of unknown outcome; history {}\n{}",
        history.events.len(),
        count(|event| event.answer == Answer::Unknown),
        kept.display(),
        struck.done.join("\n")
    );
    assert!(violations.is_empty(), "seed {seed}: {violations:#?}");
    assert!(struck.failed.is_empty(), "{:#?}", struck.failed);
    let at_the_end = history.events.iter().filter(|event| event.asked >= mended);
    assert!(at_the_end.count() > GROUPS, "nothing was asked at the end");
    if env::var_os(nodes::KEPT_IN).is_none() {
        let _ = fs::remove_file(kept);
    }
}

fn setting(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is no number: {text}")),
    )
}
