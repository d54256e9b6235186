//! The database as a node reaches it: a unit of work waits, is run, and is answered after a while, unless it fails.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use azuma_domain::ports::{BoxFuture, Decision, Store, StoreError, Transaction, Work, WriteWork};
use tokio::task::coop::unconstrained;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::chance::{Chance, Decides};
use crate::fault::{End, Fault, Lane, Point, Side};
use crate::incident::{Incident, Incidents};
use crate::life::{Life, Mended};
use crate::ports::RunClock;
use crate::write_lock::{Held, WriteLock};

/// After how long a node gives up a unit of work.
const TIMEOUT: Duration = Duration::from_secs(5);
/// After how long the database rolls back a transaction that is told nothing.
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);
/// One unit of work of so many is run twice.
const REPEATED: u8 = 16;

/// What a node's units of work meet. Each life of the node counts on.
pub(crate) struct Path {
    node: usize,
    chance: Chance,
    clock: RunClock,
    faults: Vec<Fault>,
    units: AtomicU32,
    write_lock: WriteLock,
    mended: Mended,
    incidents: Incidents,
}

impl Path {
    pub(crate) fn of(
        node: usize,
        chance: Chance,
        clock: RunClock,
        faults: &[Fault],
        write_lock: WriteLock,
        mended: Mended,
        incidents: Incidents,
    ) -> Self {
        Self {
            node,
            chance,
            clock,
            faults: faults.to_vec(),
            units: AtomicU32::new(0),
            write_lock,
            mended,
            incidents,
        }
    }

    /// How the unit of work of this number fails.
    fn failure(&self, number: u32) -> Option<(Point, End)> {
        self.faults.iter().find_map(|fault| match *fault {
            _ if self.mended.is_true() => None,
            Fault::Unit {
                node,
                unit,
                point,
                end,
            } if (node, unit) == (self.node, number) => Some((point, end)),
            _ => None,
        })
    }

    /// How slow the unit of work of this number is.
    fn slowness(&self, number: u32) -> Option<Slowness> {
        self.faults.iter().find_map(|fault| match *fault {
            _ if self.mended.is_true() => None,
            Fault::LateCommit {
                node,
                unit,
                sent,
                arrives,
            } if (node, unit) == (self.node, number) => Some(Slowness {
                sent: Duration::from_millis(u64::from(sent)),
                arrives: Duration::from_millis(u64::from(arrives)),
            }),
            _ => None,
        })
    }

    /// How much longer the connections stand still.
    fn frozen(&self, lane: Lane, side: Side) -> Option<Duration> {
        let now = self.clock.running();
        self.faults.iter().find_map(|fault| match *fault {
            Fault::Freeze {
                node,
                lane: frozen,
                side: still,
                at,
                lasts,
            } if (node, frozen, still) == (self.node, lane, side) => {
                let from = Duration::from_millis(u64::from(at));
                let to = from + Duration::from_millis(u64::from(lasts));
                (from <= now && now < to).then(|| to.saturating_sub(now))
            }
            _ => None,
        })
    }
}

/// How long a unit of work takes.
struct Slowness {
    /// From its first statement to COMMIT.
    sent: Duration,
    /// From there until COMMIT has reached the database.
    arrives: Duration,
}

/// The database, on some of a node's connections.
pub(crate) struct NodeStore {
    pub(crate) database: Arc<dyn Store>,
    pub(crate) path: Arc<Path>,
    pub(crate) life: Life,
    pub(crate) lane: Lane,
}

impl Store for NodeStore {
    fn run(&self, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        let number = self.path.units.fetch_add(1, Ordering::SeqCst);
        Box::pin(self.run_unit(number, work))
    }
}

impl NodeStore {
    async fn run_unit(&self, number: u32, work: Work) -> Result<(), StoreError> {
        let (path, life) = (&self.path, &self.life);
        let failure = path.failure(number);
        let (begin, answer) = (Decides::Begin(path.node), Decides::Answer(path.node));
        sleep(path.chance.delay(begin, number)).await;
        self.thaw(Side::Questions).await?;
        self.fail_at(Point::Before, failure).await?;
        let outcome = match failure {
            Some((Point::RolledBack, _)) => now(&*self.database, rolled_back(work).0),
            _ => self.run_to_the_end(number, work).await,
        };
        if !life.runs() {
            std::future::pending::<()>().await;
        }
        self.fail_at(Point::RolledBack, failure).await?;
        self.fail_at(Point::Done, failure).await?;
        sleep(path.chance.delay(answer, number)).await;
        self.thaw(Side::Answers).await?;
        outcome
    }

    /// Waits until questions, or answers, go on.
    async fn thaw(&self, side: Side) -> Result<(), StoreError> {
        let Some(left) = self.path.frozen(self.lane, side) else {
            return Ok(());
        };
        sleep(left.min(TIMEOUT)).await;
        match left < TIMEOUT {
            true => Ok(()),
            false => Err(StoreError::Unavailable(
                "the connection stands still".into(),
            )),
        }
    }

    async fn fail_at(&self, point: Point, failure: Option<(Point, End)>) -> Result<(), StoreError> {
        match failure {
            Some((at, end)) if at == point => match end {
                End::Error => Err(StoreError::Unavailable("the connection is lost".into())),
                End::Crash { down } => {
                    let down = Duration::from_millis(u64::from(down));
                    self.life.crash_here(down).await
                }
            },
            _ => Ok(()),
        }
    }

    async fn run_to_the_end(&self, number: u32, work: Work) -> Result<(), StoreError> {
        match (self.path.slowness(number), &work) {
            (Some(slowness), Work::Write(_)) => self.commit_late(work, slowness).await,
            _ => self.run_once_or_twice(number, work).await,
        }
    }

    /// Runs the work, sometimes once in vain before, as after a deadlock. Others may commit between the two.
    async fn run_once_or_twice(&self, number: u32, work: Work) -> Result<(), StoreError> {
        let path = &self.path;
        let mut rng = path.chance.rng(Decides::Repeat(path.node), number);
        if rng.u8(0..REPEATED) > 0 {
            return self.run_in_turn(work).await;
        }
        let (in_vain, again) = rolled_back(work);
        self.run_in_turn(in_vain).await?;
        let commits = path.write_lock.commits();
        sleep(Chance::pause_before_retry(&mut rng)).await;
        if path.write_lock.commits() > commits {
            path.incidents.note(Incident::RunAgainAfterOthers);
        }
        self.run_in_turn(again).await
    }

    /// Runs the work at one instant. What writes waits until nobody else does.
    async fn run_in_turn(&self, work: Work) -> Result<(), StoreError> {
        match &work {
            Work::Read(_) => now(&*self.database, work),
            Work::Write(_) => {
                let held = self.lock_to_write().await?;
                held.committed(now(&*self.database, work))
            }
        }
    }

    async fn lock_to_write(&self) -> Result<Held, StoreError> {
        timeout(TIMEOUT, self.path.write_lock.hold())
            .await
            .map_err(|_| StoreError::Unavailable("another transaction holds its locks".into()))
    }

    /// Runs the work slowly: its locks are held until COMMIT reaches the database, whether or not the node still waits
    /// for the answer, or runs.
    async fn commit_late(&self, work: Work, slowness: Slowness) -> Result<(), StoreError> {
        let given_up = Instant::now() + TIMEOUT;
        let held = self.lock_to_write().await?;
        if self.path.mended.is_true() {
            return held.committed(now(&*self.database, work));
        }
        sleep(slowness.sent).await;
        if Instant::now() >= given_up {
            return Err(StoreError::Unavailable(
                "the unit of work is cancelled".into(),
            ));
        }
        if !self.life.runs() {
            std::future::pending::<()>().await;
        }
        let (database, incidents) = (Arc::clone(&self.database), self.path.incidents.clone());
        let commit = tokio::spawn(async move {
            let sent_at = Instant::now();
            sleep(slowness.arrives).await;
            if sent_at.elapsed() >= IDLE_TIMEOUT {
                let reason = "the database has rolled back a transaction that was idle";
                return Err(StoreError::Unavailable(reason.into()));
            }
            if Instant::now() > given_up {
                incidents.note(Incident::CommittedAfterGivenUp);
            }
            held.committed(now(&*database, work))
        });
        match timeout_at(given_up, commit).await {
            Ok(outcome) => outcome.expect("a unit of work does not panic"),
            Err(_) => Err(StoreError::Unavailable(
                "the commit is not confirmed".into(),
            )),
        }
    }
}

/// The work so that it changes nothing, and the same work to be run again.
fn rolled_back(work: Work) -> (Work, Work) {
    match work {
        Work::Read(work) => {
            let work = Arc::new(Mutex::new(work));
            let again = Arc::clone(&work);
            (
                Work::read(move |reader| locked(&work)(reader)),
                Work::read(move |reader| locked(&again)(reader)),
            )
        }
        Work::Write(work) => {
            let work: Arc<Mutex<WriteWork>> = Arc::new(Mutex::new(work));
            let again = Arc::clone(&work);
            let in_vain = move |transaction: &mut dyn Transaction| {
                locked(&work)(transaction)?;
                Ok(Decision::RollBack)
            };
            (
                Work::write(in_vain),
                Work::write(move |transaction| locked(&again)(transaction)),
            )
        }
    }
}

fn locked<T>(work: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    work.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a unit of work before anything else happens: the thread that the store uses is not left to chance.
pub(crate) fn now(database: &dyn Store, work: Work) -> Result<(), StoreError> {
    block_on(database.run(work))
}

/// Waits for something that needs no time of the run.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    // What the runtime takes for a task that never waits would never be polled to its end.
    let mut future = pin!(unconstrained(future));
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
