//! Threads that work through a queue that is fair, and short enough to wait in.

use std::io;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::fair_queue::FairQueue;
use super::task::{Asked, Task};

/// What waits is done within this.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// Whom others went before with work that takes so long is turned away.
const LONGEST_OVERTAKEN: Duration = Duration::from_secs(4);
/// Nor does the queue grow beyond this, however fast the work is: it holds passwords.
const MOST_WAITING_PER_THREAD: usize = 1_024;
/// How much of the measured duration the last one makes up: an eighth.
const SMOOTHING: u32 = 8;

/// Somebody would wait too long, or has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Busy {
    /// How long, as far as can be known.
    pub(super) wait: Duration,
}

/// Threads with a state `S` each, and the work that waits for them. Dropped, it turns the threads out: they skip
/// what nobody waits for any more, end what is left, and go.
pub(super) struct Pool<S> {
    shared: Arc<Shared<S>>,
}

struct Shared<S> {
    queue: Mutex<Queue<S>>,
    arrived: Condvar,
}

struct Queue<S> {
    waiting: FairQueue<Box<dyn Task<S>>>,
    running: u32,
    threads: u32,
    /// How long a piece of work is taken to last until one was measured.
    assumed: Duration,
    /// How long the last ones took.
    measured: Option<Duration>,
    closed: bool,
}

impl<S: Send + 'static> Pool<S> {
    /// Starts a thread for each of the states. `assumed` is how long a piece of work is taken to last until one was
    /// measured.
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

    /// Queues a piece of work for a client and answers at once. When the receiver is dropped before its turn, the work is
    /// not done; when the work panics, the receiver gets an error.
    ///
    /// What waits takes 2 s to do, no more. Beyond that, the one that would be served last, of all that wait and this one, is
    /// told [`Busy`].
    pub(super) fn submit<T: Send + 'static>(
        &self,
        client: Option<IpAddr>,
        work: impl FnOnce(&mut S) -> T + Send + 'static,
    ) -> oneshot::Receiver<Result<T, Busy>> {
        let (answer, receiver) = oneshot::channel();
        let mut queue = self.shared.lock();
        if queue.is_full() {
            queue.waiting.retain(|task| !task.is_abandoned());
        }
        let was_full = queue.is_full();
        let busy = Busy { wait: queue.wait() };
        queue.waiting.push(client, Box::new(Asked { work, answer }));
        let last = match was_full {
            true => queue.waiting.take_last(),
            false => None,
        };
        drop(queue);
        match last {
            Some(last) => last.turn_away(busy),
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
    /// How long one that came now would wait for its turn, were it the last to be served.
    fn wait(&self) -> Duration {
        let waiting = u32::try_from(self.waiting.len()).unwrap_or(u32::MAX);
        let ahead = waiting.saturating_add(self.running);
        // With every thread busy, one is free after a threads-th of a duration, on average.
        let turns = ahead.saturating_add(1).saturating_sub(self.threads);
        work_of(u64::from(turns), self.each(), self.threads)
    }

    /// How long a piece of work takes, as far as can be known.
    fn each(&self) -> Duration {
        self.measured.unwrap_or(self.assumed)
    }

    /// The next piece of work, from now on running.
    fn take(&mut self) -> Option<Box<dyn Task<S>>> {
        let busy = Busy { wait: self.wait() };
        let (each, threads) = (self.each(), self.threads);
        let task = self.waiting.take_first(|task, served_since| {
            if task.is_abandoned() {
                return None;
            }
            if work_of(served_since, each, threads) > LONGEST_OVERTAKEN {
                task.turn_away(busy);
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

/// How long so many threads take for so many pieces of work that take `each`.
fn work_of(pieces: u64, each: Duration, threads: u32) -> Duration {
    let pieces = u32::try_from(pieces).unwrap_or(u32::MAX);
    each.saturating_mul(pieces) / threads.max(1)
}

impl<S> Shared<S> {
    fn lock(&self) -> MutexGuard<'_, Queue<S>> {
        // No panic can leave the queue half changed.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a thread does until the pool is dropped.
    fn work(&self, mut state: S) {
        while let Some(task) = self.next() {
            // The state is memory to be overwritten, which no panic can spoil.
            let done = time(|| catch_unwind(AssertUnwindSafe(|| task.run(&mut state))));
            let mut queue = self.lock();
            queue.running -= 1;
            match done.outcome {
                Ok(()) => queue.measure(done.took),
                Err(_) => tracing::error!("hashing a password panicked"),
            }
        }
    }

    /// The next piece of work; `None` once there is none and the pool is gone.
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

/// What something came to, and how long it took.
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

#[expect(
    clippy::disallowed_methods,
    reason = "spans are measured, no time is told"
)]
fn now() -> Instant {
    Instant::now()
}

/// Lets every other thread of the machine go before this one, so that requests are answered while passwords wait.
#[cfg(target_os = "linux")]
fn yield_to_others() {
    // On Linux a thread has a priority of its own, under its thread id.
    let thread = rustix::thread::gettid();
    if let Err(error) = rustix::process::setpriority_process(Some(thread), 19) {
        tracing::warn!(%error, "password hashing keeps its priority");
    }
}

#[cfg(not(target_os = "linux"))]
fn yield_to_others() {}
