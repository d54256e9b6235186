//! How a run goes: clients ask while things break; then everything is mended, and what they were answered is judged.

use std::env;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use azuma_checker::History;
use azuma_checker::history::{Answer, Bounds, Event, Moment};
use fastrand::Rng;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::client::Client;
use super::known::Group;
use super::mailbox::Mailbox;
use super::strike::{Struck, strike};
use super::systems::{PER_USER, Script, System};

/// How many groups of clients there are: each has names of its own.
pub const GROUPS: usize = 3;
/// How many clients a group has.
const CLIENTS: usize = 3;
/// How long after the last fault everything is as it should be: longer than memory may answer.
pub const RECOVERED_AFTER: Duration = Duration::from_secs(5);

/// The numbers of all invalidations, and last the number that the counter is at.
const INVALIDATIONS: Script = Script::of_both(
    "SELECT number FROM invalidations ORDER BY number; SELECT number FROM invalidation_counter;",
);

/// Runs clients against a system for a while, during which things break, and judges what they were answered.
pub async fn keep_what_they_promise(name: &'static str, system: impl System + 'static) {
    Run::of(name, system).keeps_what_is_promised().await;
}

/// A run.
pub struct Run {
    name: &'static str,
    seed: u64,
    lasts: Duration,
    system: Arc<dyn System>,
    bounds: Bounds,
    clients: Vec<Client>,
    /// One of each group.
    watchers: Vec<Client>,
    seen: Arc<Seen>,
    mailbox: Arc<Mailbox>,
    mended: Option<Moment>,
}

/// What the clients of a run have seen.
pub struct Seen {
    began: Instant,
    began_at: SystemTime,
    events: Mutex<Vec<Event>>,
}

impl Seen {
    /// The time of the run.
    pub fn now(&self) -> Moment {
        self.moment(Instant::now())
    }

    /// This instant as a time of the run.
    pub fn moment(&self, instant: Instant) -> Moment {
        Moment::default().plus(instant.duration_since(self.began))
    }

    /// This time of the machine's clock, in microseconds since 1970, as a time of the run.
    pub fn unix_micros(&self, micros: i64) -> Moment {
        let began = self.began_at.duration_since(SystemTime::UNIX_EPOCH);
        Moment(micros).minus(began.expect("a clock that is set"))
    }

    /// Writes an event down.
    pub fn push(&self, event: Event) {
        self.events.lock().expect("no client panics").push(event);
    }
}

impl Run {
    /// A run on a system, as the environment says how long and with which seed.
    pub fn of(name: &'static str, system: impl System + 'static) -> Self {
        Self::on(name, Arc::new(system), 0)
    }

    /// The same on a system that is also another run's, whose groups have other numbers than those from `first_group`.
    pub fn on(name: &'static str, system: Arc<dyn System>, first_group: usize) -> Self {
        let seed = seed();
        let lasts = Duration::from_secs(setting("AZUMA_FAULTS_SECONDS").unwrap_or(30));
        let seen = Arc::new(Seen {
            began: Instant::now(),
            began_at: SystemTime::now(),
            events: Mutex::new(Vec::new()),
        });
        let groups: Vec<_> = (first_group..first_group + GROUPS)
            .map(|group| Arc::new(Group::new(group)))
            .collect();
        let mailbox = Arc::new(Mailbox::default());
        let client = |(group, number)| {
            let seed = seed.wrapping_mul(1_000).wrapping_add(u64::from(number));
            let rng = Rng::with_seed(seed);
            Client::new(number, rng, &system, group, &mailbox, &seen)
        };
        let members = groups.iter().flat_map(|group| [group; CLIENTS]);
        let mut numbers = 0_u32..;
        let clients: Vec<_> = members.zip(numbers.by_ref()).map(client).collect();
        let watchers: Vec<_> = groups.iter().zip(numbers).map(client).collect();
        Self {
            name,
            seed,
            lasts,
            clients,
            watchers,
            bounds: system.bounds(),
            system,
            seen,
            mailbox,
            mended: None,
        }
    }

    /// The same run for another while.
    pub fn lasting(mut self, lasts: Duration) -> Self {
        self.lasts = lasts;
        self
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn seed(&self) -> u64 {
        self.seed
    }

    pub fn lasts(&self) -> Duration {
        self.lasts
    }

    pub fn system(&self) -> Arc<dyn System> {
        Arc::clone(&self.system)
    }

    pub fn seen(&self) -> Arc<Seen> {
        Arc::clone(&self.seen)
    }

    /// A client of each group.
    pub fn one_of_each_group(&self) -> impl Iterator<Item = &Client> {
        self.clients.iter().step_by(CLIENTS)
    }

    /// The same judged by other bounds than the system's.
    pub fn within(mut self, bounds: Bounds) -> Self {
        self.bounds = bounds;
        self
    }

    /// Clients ask while one thing after another breaks and is mended.
    pub async fn ask_while_things_break(&mut self) -> Struck {
        let system = Arc::clone(&self.system);
        let (seen, rng, lasts) = (self.seen(), Rng::with_seed(self.seed), self.lasts);
        self.ask_while(strike(&*system, &seen, rng, lasts)).await
    }

    /// Clients ask while something goes on.
    pub async fn ask_while<T>(&mut self, happens: impl Future<Output = T>) -> T {
        let over = Arc::new(AtomicBool::new(false));
        let mut asking = JoinSet::new();
        for client in self.clients.drain(..) {
            asking.spawn(client.run_until(Arc::clone(&over)));
        }
        let mut watching = JoinSet::new();
        for watcher in self.watchers.drain(..) {
            watching.spawn(watcher.watch_until(Arc::clone(&over)));
        }
        let mailbox = Arc::clone(&self.mailbox);
        let (system, seen) = (Arc::clone(&self.system), Arc::clone(&self.seen));
        let looking = tokio::spawn(mailbox.watch_until(system, seen, Arc::clone(&over)));
        let outcome = happens.await;
        over.store(true, Ordering::Relaxed);
        self.clients = asking.join_all().await;
        // They come back in any order.
        self.clients.sort_by_key(|client| client.number);
        self.watchers = watching.join_all().await;
        looking.await.expect("somebody looks at the mail");
        outcome
    }

    /// Clients ask while things break; then everything is mended and judged.
    pub async fn keeps_what_is_promised(mut self) {
        let struck = self.ask_while_things_break().await;
        sleep(RECOVERED_AFTER).await;
        self.look_at_the_end().await;
        self.judge(&struck);
    }

    /// The same while nothing breaks.
    pub async fn keeps_what_is_promised_undisturbed(mut self) {
        let lasts = self.lasts;
        self.ask_while(sleep(lasts)).await;
        self.look_at_the_end().await;
        self.judge(&Struck::default());
    }

    /// Clients look once more at what they know. Nothing is broken any more.
    pub async fn look_at_the_end(&mut self) {
        self.mended = Some(self.seen.now());
        for client in &self.clients {
            client.look_at_the_end().await;
        }
        let (system, seen) = (&self.system, &self.seen);
        self.mailbox.until_all_is_sent(system, seen).await;
    }

    /// What was seen until now, and has not been taken before.
    pub fn history(&mut self) -> History {
        let (invalidations, counted) = self.invalidations();
        History {
            bounds: Bounds {
                per_user: Some(PER_USER),
                ..self.bounds.clone()
            },
            mended: self.mended.take(),
            events: std::mem::take(&mut *self.seen.events.lock().expect("no client panics")),
            mail: self.mailbox.accepted(),
            outbox: self.mailbox.outbox(),
            invalidations,
            invalidations_counted: Some(counted),
            ..History::default()
        }
    }

    /// The numbers of all invalidations, in order, and that of the counter. Nothing is broken.
    fn invalidations(&self) -> (Vec<u64>, u64) {
        let printed = self.system.try_ask(&INVALIDATIONS);
        let printed = printed.expect("nothing is broken");
        let number = |line: &str| line.trim().parse().expect("a number");
        let mut numbers: Vec<u64> = printed.lines().map(number).collect();
        let counted = numbers.pop().expect("the counter");
        (numbers, counted)
    }

    /// The same until commits were lost, at this moment. Of what was asked before it and answered later, nobody knows the
    /// outcome.
    pub fn history_until(&mut self, moment: Moment) -> History {
        let mut history = self.history();
        history.invalidations_counted = None;
        history.events.retain(|event| event.asked < moment);
        for event in &mut history.events {
            if event.answered >= moment {
                event.answer = Answer::Unknown;
            }
        }
        history
    }
}

/// The seed of all runs.
pub fn seed() -> u64 {
    setting("AZUMA_FAULTS_SEED").unwrap_or(1)
}

fn setting(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is no number: {text}")),
    )
}
