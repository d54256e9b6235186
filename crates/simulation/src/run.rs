//! A plan, carried out.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use azuma_checker::History;
use azuma_checker::history::{Bounds, Broken, MailState, QueuedMail};
use azuma_domain::mail;
use azuma_domain::ports::{InvalidationNumber, StoreExt};
use tokio::runtime::Builder;
use tokio::task::{LocalSet, spawn_local};
use tokio::time::sleep;

use crate::client::Client;
use crate::cluster::Cluster;
use crate::incident::Incident;
use crate::known::Known;
use crate::node::GRACE;
use crate::plan::Plan;
use crate::ports::moment_of;
use crate::store::block_on;

/// How long after the last fault everything is as it should be: longer than memory may answer, and than a node is down.
const RECOVERED_AFTER: Duration = Duration::from_secs(4);
/// How long the outbox may take to become empty: messages are tried again for as long as their links work.
const SENT_AFTER: Duration = Duration::from_mins(20);

/// Carries out a plan. The same plan always has the same history.
#[must_use]
pub fn run(plan: &Plan) -> History {
    run_and_watch(plan).0
}

/// Carries out a plan, and tells what happened beside its history.
#[must_use]
pub fn run_and_watch(plan: &Plan) -> (History, BTreeSet<Incident>) {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    LocalSet::new().block_on(&runtime, carry_out(plan))
}

async fn carry_out(plan: &Plan) -> (History, BTreeSet<Incident>) {
    let cluster = Cluster::start(plan);
    let known = Rc::new(RefCell::new(Known::default()));
    let events = Rc::new(RefCell::new(Vec::new()));
    let client = |number| Client {
        number,
        cluster: Rc::clone(&cluster),
        known: Rc::clone(&known),
        events: Rc::clone(&events),
    };
    let clients: Vec<_> = (0..)
        .zip(&plan.clients)
        .map(|(number, steps)| spawn_local(client(number).run(steps.clone())))
        .collect();
    let count = u32::try_from(clients.len()).expect("few clients");
    for client in clients {
        client.await.expect("a client does not panic");
    }
    cluster.wait_until(plan.faults_end()).await;
    while !cluster.is_complete() {
        sleep(Duration::from_millis(100)).await;
    }
    // A commit that is on its way holds its locks.
    drop(cluster.write_lock.hold().await);
    cluster.mended.mend();
    sleep(RECOVERED_AFTER).await;
    let mended = Some(cluster.clock.now());
    look_at_the_end(&client(count), &cluster, &known).await;
    wait_for_mail(&cluster).await;
    let at_the_end = at_the_end(&cluster);
    let events = events.take();
    let history = History {
        bounds: bounds(plan),
        mended,
        events,
        mail: cluster.mailbox.accepted(),
        refused_mail: cluster.mailbox.refused(),
        outbox: at_the_end.outbox,
        defects: cluster.defects.all().clone(),
        invalidations: at_the_end.invalidations,
        invalidations_counted: Some(at_the_end.invalidations_counted),
        endings: cluster.endings(),
        faults: faults(plan, &cluster),
    };
    (history, cluster.incidents.all())
}

/// What was broken, as far as it was at a time of its own: crashes as they happened, the rest as planned.
fn faults(plan: &Plan, cluster: &Cluster) -> Vec<Broken> {
    let planned = plan.faults.iter().filter_map(|fault| fault.broken());
    planned.chain(cluster.crashes()).collect()
}

/// Asks every node of every token, and tries every password, so that nothing that was lost stays unseen.
async fn look_at_the_end(client: &Client, cluster: &Cluster, known: &RefCell<Known>) {
    let (tokens, credentials) = (known.borrow().tokens(), known.borrow().credentials());
    for (number, held) in tokens.into_iter().enumerate() {
        client.check(number % cluster.count(), held).await;
    }
    for (number, credential) in credentials.into_iter().enumerate() {
        client.log_in(number % cluster.count(), credential).await;
    }
}

async fn wait_for_mail(cluster: &Cluster) {
    let begun = cluster.clock.running();
    while cluster.clock.running() < begun + SENT_AFTER && has_queued(cluster) {
        sleep(Duration::from_secs(1)).await;
    }
}

fn has_queued(cluster: &Cluster) -> bool {
    let outbox = at_the_end(cluster).outbox;
    outbox.iter().any(|mail| mail.state == MailState::Queued)
}

/// What is in the database.
struct AtTheEnd {
    outbox: Vec<QueuedMail>,
    invalidations: Vec<u64>,
    invalidations_counted: u64,
}

fn at_the_end(cluster: &Cluster) -> AtTheEnd {
    let read = cluster.database.read(|reader| {
        let outbox = reader.outbox().list(u32::MAX)?;
        let numbers = reader
            .invalidations()
            .from(InvalidationNumber::default(), u32::MAX)?;
        let counted = reader.invalidations().last()?.number.get();
        Ok((outbox, numbers, counted))
    });
    let (outbox, numbers, counted) = block_on(read).expect("the database answers");
    let outbox = outbox.into_iter().map(|queued| QueuedMail {
        id: queued.mail.id.to_string(),
        to: queued.mail.to.normalized().to_owned(),
        created_at: Some(moment_of(queued.mail.created_at)),
        state: match queued.state {
            mail::MailState::Dead(_) => MailState::DeadLetter,
            mail::MailState::Due(_) => MailState::Queued,
        },
    });
    let numbers = numbers.into_iter().map(|row| row.number.get());
    AtTheEnd {
        outbox: outbox.collect(),
        invalidations: numbers.collect(),
        invalidations_counted: counted,
    }
}

fn bounds(plan: &Plan) -> Bounds {
    let ahead = plan.clocks_ahead.iter();
    let (least, most) = (
        ahead.clone().min().copied().unwrap_or(0).min(0),
        ahead.max().copied().unwrap_or(0).max(0),
    );
    Bounds {
        clock_skew: Duration::from_millis(u64::from(most.abs_diff(least))),
        grace: GRACE,
        unwritten_use: Duration::from_hours(24),
        per_user: Some(plan.limits.sessions_per_user),
        ..Bounds::default()
    }
}
