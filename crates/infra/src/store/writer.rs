//! SQLite's one writer: a thread that runs units of work in the order they came, and commits those that wait together.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{io, mem};

use azuma_domain::ports::StoreError;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use super::handover::{Handover, TOO_MANY, UNKNOWN, unavailable};
use super::runs::Runs;
use super::unit_of_work::{Together, Unit};

/// How many units of work are committed together at the most.
const MOST: usize = 8;
/// For how long they join a transaction, so that the first of them is answered soon. One that takes long itself holds up
/// those before it.
const JOIN_FOR: Duration = Duration::from_millis(5);

/// The way to the thread. Dropped, it waits for what the thread is doing, so that the connections are closed by then.
pub(super) struct Writer {
    runs: Arc<Runs>,
    /// `None` once it is dropped.
    line: Option<Sender<Waiting>>,
    thread: Option<JoinHandle<()>>,
}

/// A unit of work in line, and whoever waits for it.
struct Waiting {
    unit: Unit,
    answer: oneshot::Sender<Result<(), StoreError>>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(runs: Arc<Runs>) -> io::Result<Self> {
        let (line, waiting) = channel();
        let on_thread = Arc::clone(&runs);
        let thread = thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || write_in_turn(&waiting, &on_thread))?;
        Ok(Self {
            runs,
            line: Some(line),
            thread: Some(thread),
        })
    }

    /// Puts a unit of work in line, and waits for its outcome as long as the options allow. Where nobody waits for it
    /// any more, it does not begin.
    pub(super) async fn run(&self, unit: Unit) -> Result<(), StoreError> {
        let place = Place(Arc::clone(&unit.handover));
        let handover = &place.0;
        let options = self.runs.options();
        let leaves = Instant::now() + options.wait;
        let (answer, mut outcome) = oneshot::channel();
        let line = self.line.as_ref().ok_or_else(gone)?;
        line.send(Waiting { unit, answer }).map_err(|_| gone())?;
        loop {
            let ends = (handover.began()).map_or(leaves, |began| began + options.limit);
            // It may begin at any moment, and has that long from then on.
            let look_again = ends.min(Instant::now() + options.limit);
            match timeout_at(look_again, &mut outcome).await {
                Ok(Ok(told)) => return told,
                Ok(Err(_)) if handover.leave_line() || handover.give_up() => return Err(gone()),
                Ok(Err(_)) => return Err(unavailable(UNKNOWN)),
                Err(_) if Instant::now() < ends => {}
                Err(_) => match handover.began() {
                    None if handover.leave_line() => return Err(unavailable(TOO_MANY)),
                    Some(began) if Instant::now() >= began + options.limit => {
                        return Err(handover.took_too_long());
                    }
                    None | Some(_) => {}
                },
            }
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.line.take());
        if let Some(thread) = self.thread.take() {
            // It catches what panics.
            let _ = thread.join();
        }
    }
}

/// Somebody's place in line, left when dropped.
struct Place(Arc<Handover>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.leave_line();
    }
}

fn gone() -> StoreError {
    StoreError::Failed("the thread that writes has not answered".into())
}

/// What the thread does until nobody can give it anything any more.
fn write_in_turn(line: &Receiver<Waiting>, runs: &Runs) {
    while let Ok(first) = line.recv() {
        let mut waiting = vec![first];
        waiting.extend(line.try_iter().take(MOST - 1));
        // Whoever waits finds the other end of the channel dropped.
        if catch_unwind(AssertUnwindSafe(|| write(waiting, runs))).is_err() {
            tracing::error!("writing to the database panicked");
        }
    }
}

/// In one transaction where that works out, and else in one each.
fn write(mut waiting: Vec<Waiting>, runs: &Runs) {
    while waiting.len() > 1 {
        let units: Vec<&Unit> = waiting.iter().map(|one| &one.unit).collect();
        let (came_to, together) = runs.write_together(&units, JOIN_FOR);
        let rest = waiting.split_off(came_to);
        let done = mem::replace(&mut waiting, rest);
        match together {
            Together::Nothing => done.into_iter().for_each(|one| write_alone(one, runs)),
            Together::Committed => answer(done, || Ok(())),
            Together::Unknown(failed) => answer(done, || Err(failed.clone().into())),
        }
    }
    waiting.into_iter().for_each(|one| write_alone(one, runs));
}

fn write_alone(one: Waiting, runs: &Runs) {
    if let Some(began) = one.unit.handover.begin() {
        let outcome = runs.run_until(began + runs.options().limit, &one.unit);
        one.tell(outcome);
    }
}

fn answer(done: Vec<Waiting>, outcome: impl Fn() -> Result<(), StoreError>) {
    for one in done {
        one.tell(outcome());
    }
}

impl Waiting {
    fn tell(self, outcome: Result<(), StoreError>) {
        // Whoever waited may have gone meanwhile.
        let _ = self.answer.send(outcome);
    }
}
