//! The threads that hash, and their queue, which is fair and bounded.

use std::io;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::fair_queue::FairQueue;
use super::task::{AwaitedWork, Task};
use crate::durations::Durations;

/// The longest estimated wait of queued work.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// Work is rejected once the work that arrived later and was done before it has taken this much time.
const LONGEST_OVERTAKEN: Duration = Duration::from_secs(4);
/// The most queued work for each thread, because queued work holds passwords in memory.
const MOST_WAITING_PER_THREAD: usize = 1_024;
/// The weight of the last measurement in the average duration is one in this many.
const SMOOTHING: u32 = 8;

/// The bounds that the durations of work are counted by.
const BOUNDS: [Duration; 12] = [
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(20),
    Duration::from_millis(35),
    Duration::from_millis(50),
    Duration::from_millis(75),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
];

/// The work was rejected, because its wait is or would be too long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Overloaded {
    /// The estimated wait.
    pub(super) estimated_wait: Duration,
}

/// Threads with a state `S` each, and their queue. When the pool is dropped, the threads finish the queued work that
/// still has a receiver, and end.
pub(super) struct Pool<S> {
    shared: Arc<Shared<S>>,
}

struct Shared<S> {
    queue: Mutex<Queue<S>>,
    arrived: Condvar,
    /// How long each piece of work took.
    durations: Durations,
}

struct Queue<S> {
    waiting: FairQueue<Box<dyn Task<S>>>,
    running: u32,
    threads: u32,
    /// The assumed duration of one piece of work, used until a duration was measured.
    assumed: Duration,
    /// The average duration of recent work.
    measured: Option<Duration>,
    closed: bool,
}

impl<S: Send + 'static> Pool<S> {
    /// Starts a thread for each state. `assumed` is the duration of one piece of work until a duration was measured.
    pub(super) fn start(states: Vec<S>, assumed: Duration) -> io::Result<Self> {
        let pool = Self {
            shared: Arc::new(Shared {
                queue: Mutex::new(Queue {
                    waiting: FairQueue::new(),
                    running: 0,
                    threads: u32::try_from(states.len()).unwrap_or(u32::MAX),
                    assumed,
                    measured: None,
                    closed: false,
                }),
                arrived: Condvar::new(),
                durations: Durations::new(&BOUNDS),
            }),
        };
        for (number, state) in states.into_iter().enumerate() {
            let shared = Arc::clone(&pool.shared);
            thread::Builder::new()
                .name(format!("hash-{number}"))
                .spawn(move || {
                    yield_to_others();
                    shared.work(state);
                })?;
        }
        Ok(pool)
    }

    /// How much work waits for a thread.
    pub(super) fn waiting(&self) -> usize {
        self.shared.lock().waiting.len()
    }

    /// How long the work so far took, without its wait.
    pub(super) fn durations(&self) -> &Durations {
        &self.shared.durations
    }

    /// Queues work for a client and returns at once. If the receiver is dropped before the work begins, the work is
    /// not done; if the work panics, the receiver gets an error.
    ///
    /// The queue holds 2 s of work at most. If it is full, the work that would be served last, which may be this work,
    /// is rejected with [`Overloaded`].
    pub(super) fn submit<T: Send + 'static>(
        &self,
        client: Option<IpAddr>,
        work: impl FnOnce(&mut S) -> T + Send + 'static,
    ) -> oneshot::Receiver<Result<T, Overloaded>> {
        let (answer, receiver) = oneshot::channel();
        let mut queue = self.shared.lock();
        if queue.is_full() {
            queue.waiting.retain(|task| !task.is_abandoned());
        }
        let was_full = queue.is_full();
        let overloaded = Overloaded {
            estimated_wait: queue.wait(),
        };
        queue
            .waiting
            .push(client, Box::new(AwaitedWork { work, answer }));
        let last = match was_full {
            true => queue.waiting.evict(),
            false => None,
        };
        drop(queue);
        match last {
            Some(last) => last.reject(overloaded),
            None => self.shared.arrived.notify_one(),
        }
        receiver
    }
}

impl<S> Drop for Pool<S> {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.arrived.notify_all();
    }
}

impl<S> Queue<S> {
    /// The estimated wait of new work that is served last.
    fn wait(&self) -> Duration {
        let waiting = u32::try_from(self.waiting.len()).unwrap_or(u32::MAX);
        let ahead = waiting.saturating_add(self.running);
        // While every thread is busy, one becomes free after 1/threads of a duration, on average.
        let turns = ahead.saturating_add(1).saturating_sub(self.threads);
        work_of(u64::from(turns), self.each(), self.threads)
    }

    /// The average measured duration of one piece of work; the assumed one before the first measurement.
    fn each(&self) -> Duration {
        self.measured.unwrap_or(self.assumed)
    }

    /// Takes the next work from the queue and counts it as running.
    fn take(&mut self) -> Option<Box<dyn Task<S>>> {
        let overloaded = Overloaded {
            estimated_wait: self.wait(),
        };
        let (each, threads) = (self.each(), self.threads);
        let task = self.waiting.take_next(|task, served_since| {
            if task.is_abandoned() {
                return None;
            }
            if work_of(served_since, each, threads) > LONGEST_OVERTAKEN {
                task.reject(overloaded);
                return None;
            }
            Some(task)
        })?;
        self.running += 1;
        Some(task)
    }

    fn is_full(&self) -> bool {
        let most = (self.threads as usize).saturating_mul(MOST_WAITING_PER_THREAD);
        self.waiting.len() >= most || self.wait() > LONGEST_WAIT
    }

    fn measure(&mut self, took: Duration) {
        let so_far = self.measured.unwrap_or(took);
        self.measured =
            Some((so_far.saturating_mul(SMOOTHING - 1)).saturating_add(took) / SMOOTHING);
    }
}

/// The time that `threads` threads need for `pieces` pieces of work that take `each`.
fn work_of(pieces: u64, each: Duration, threads: u32) -> Duration {
    let pieces = u32::try_from(pieces).unwrap_or(u32::MAX);
    each.saturating_mul(pieces) / threads.max(1)
}

impl<S> Shared<S> {
    fn lock(&self) -> MutexGuard<'_, Queue<S>> {
        // No panic can leave the queue inconsistent.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs work until the pool is dropped.
    fn work(&self, mut state: S) {
        while let Some(task) = self.next() {
            // The state is memory that each hash overwrites, so a panic cannot corrupt it.
            let done = time(|| catch_unwind(AssertUnwindSafe(|| task.run(&mut state))));
            self.durations.record(done.took);
            let mut queue = self.lock();
            queue.running -= 1;
            match done.outcome {
                Ok(()) => queue.measure(done.took),
                Err(_) => tracing::error!("password hashing panicked; the request fails"),
            }
        }
    }

    /// Waits for the next work; `None` if the pool was dropped and the queue is empty.
    fn next(&self) -> Option<Box<dyn Task<S>>> {
        let mut queue = self.lock();
        loop {
            match queue.take() {
                Some(task) => return Some(task),
                None if queue.closed => return None,
                None => {
                    queue = (self.arrived.wait(queue)).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }
}

/// The result of work and its duration.
pub(super) struct Timed<T> {
    pub(super) outcome: T,
    pub(super) took: Duration,
}

pub(super) fn time<T>(work: impl FnOnce() -> T) -> Timed<T> {
    let began = now();
    let outcome = work();
    Timed {
        outcome,
        took: began.elapsed(),
    }
}

#[expect(clippy::disallowed_methods, reason = "durations are measured")]
fn now() -> Instant {
    Instant::now()
}

/// Gives this thread the lowest priority, so that the threads that answer requests go first.
#[cfg(target_os = "linux")]
fn yield_to_others() {
    // On Linux each thread has its own priority, set by its thread id.
    let thread = rustix::thread::gettid();
    if let Err(error) = rustix::process::setpriority_process(Some(thread), 19) {
        tracing::warn!(%error, "cannot lower the priority of a password hashing thread");
    }
}

#[cfg(not(target_os = "linux"))]
fn yield_to_others() {}
