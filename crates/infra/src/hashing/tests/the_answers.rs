//! Which answers wait for others, and for how long.

use std::sync::{Mutex, mpsc};
use std::time::Instant;

use tokio::runtime::{Builder, Handle, Runtime};

use super::super::answers::Answers;
use super::super::task::Answer;
use super::*;

const EACH: Duration = Duration::from_millis(10);
const NONE: [u32; 0] = [];

/// A thread's answers, and which of them were given, by number.
struct Thread {
    answers: Answers,
    now: Instant,
    runtime: Option<Handle>,
    given: Arc<Mutex<Vec<u32>>>,
}

impl Thread {
    fn new() -> Self {
        Self {
            answers: Answers::default(),
            now: pool::now(),
            runtime: None,
            given: Arc::default(),
        }
    }

    /// Whose answers were asked for on this runtime.
    fn on(runtime: &Runtime) -> Self {
        Self {
            runtime: Some(runtime.handle().clone()),
            ..Self::new()
        }
    }

    fn given(&self) -> Vec<u32> {
        self.given.lock().unwrap().clone()
    }

    /// Ends the work that was asked for so long ago, `EACH` after the one before; answers what was given in all.
    fn done(&mut self, number: u32, waited: Duration) -> Vec<u32> {
        self.now += EACH;
        let given = Arc::clone(&self.given);
        let answer = Answer {
            asked: self.now.checked_sub(waited).unwrap(),
            runtime: self.runtime.clone(),
            give: Box::new(move || given.lock().unwrap().push(number)),
        };
        self.answers.hold(answer, self.now);
        self.answers.give_due(self.now, EACH);
        self.given()
    }
}

/// A runtime that does nothing until it is told to.
fn runtime() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

#[test]
fn who_waited_less_than_four_hashes_is_answered_at_once() {
    let mut thread = Thread::new();
    assert_eq!(thread.done(1, EACH), [1]);
    assert_eq!(thread.done(2, EACH * 39 / 10), [1, 2]);
}

#[test]
fn who_waited_longer_waits_for_the_next() {
    let mut thread = Thread::new();
    assert_eq!(thread.done(1, EACH * 4), NONE);
    assert_eq!(thread.done(2, EACH * 4), [1, 2]);
}

#[test]
fn an_answer_comes_late_by_a_quarter_of_its_wait_at_the_most() {
    let mut thread = Thread::new();
    assert_eq!(thread.done(1, EACH * 8), NONE);
    assert_eq!(thread.done(2, EACH * 100), NONE);
    assert_eq!(thread.done(3, EACH * 100), [1, 2, 3]);
}

#[test]
fn who_cannot_wait_takes_the_others_along() {
    let mut thread = Thread::new();
    assert_eq!(thread.done(1, EACH * 100), NONE);
    assert_eq!(thread.done(2, EACH), [1, 2]);
    assert_eq!(thread.done(3, EACH * 100), [1, 2], "they no longer press");
}

#[test]
fn no_more_than_four_are_given_together() {
    let mut thread = Thread::new();
    for number in 1..=3 {
        assert_eq!(thread.done(number, EACH * 100), NONE);
    }
    assert_eq!(thread.done(4, EACH * 100), [1, 2, 3, 4]);
    assert_eq!(thread.done(5, EACH * 100), [1, 2, 3, 4]);
}

#[test]
fn those_given_together_are_given_by_the_runtime_that_asked() {
    let runtime = runtime();
    let mut thread = Thread::on(&runtime);
    assert_eq!(thread.done(1, EACH * 4), NONE);
    assert_eq!(thread.done(2, EACH * 4), NONE);
    runtime.block_on(tokio::task::yield_now());
    assert_eq!(thread.given(), [1, 2]);
}

#[test]
fn those_of_two_runtimes_are_given_by_both() {
    let (first, second) = (runtime(), runtime());
    let mut thread = Thread::on(&first);
    for (number, runtime) in (1..).zip([&first, &second, &first, &second]) {
        thread.runtime = Some(runtime.handle().clone());
        assert_eq!(thread.done(number, EACH * 100), NONE);
    }
    second.block_on(tokio::task::yield_now());
    assert_eq!(thread.given(), [2, 4]);
    first.block_on(tokio::task::yield_now());
    assert_eq!(thread.given(), [2, 4, 1, 3]);
}

#[test]
fn one_alone_waits_for_no_runtime() {
    let runtime = runtime();
    assert_eq!(Thread::on(&runtime).done(1, EACH), [1]);
}

#[test]
fn a_runtime_that_ends_before_it_gives_them_loses_none() {
    let runtime = runtime();
    let mut thread = Thread::on(&runtime);
    assert_eq!(thread.done(1, EACH * 4), NONE);
    assert_eq!(thread.done(2, EACH * 4), NONE);
    drop(runtime);
    assert_eq!(thread.given(), [1, 2]);
    assert_eq!(thread.done(3, EACH * 4), [1, 2]);
    assert_eq!(thread.done(4, EACH * 4), [1, 2, 3, 4]);
}

/// Work that tells when it has begun, and ends when it is told to.
fn gate() -> (
    impl FnOnce(&mut ()) + Send,
    mpsc::Receiver<()>,
    mpsc::Sender<()>,
) {
    let (begin, begun) = mpsc::channel();
    let (end, ended) = mpsc::channel();
    let work = move |&mut (): &mut ()| {
        begin.send(()).unwrap();
        // Fails when the other end is gone, which opens the gate, too.
        let _ = ended.recv();
    };
    (work, begun, end)
}

#[tokio::test]
async fn a_thread_begins_the_next_before_it_answers_who_waited_long() {
    let pool = Pool::start(vec![()], Duration::ZERO).unwrap();
    let long_ago = pool::now().checked_sub(Duration::from_secs(60)).unwrap();
    let (first, begun, end) = gate();
    let mut first = pool.submit_asked(long_ago, None, first);
    begun.recv().unwrap();
    let (second, begun, end_second) = gate();
    let second = pool.submit_asked(long_ago, None, second);
    drop(end);
    begun.recv().unwrap();
    assert!(first.try_recv().is_err(), "it does not wait for the second");
    drop(end_second);
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_thread_with_nothing_to_begin_answers() {
    let pool = Pool::start(vec![()], Duration::ZERO).unwrap();
    let long_ago = pool::now().checked_sub(Duration::from_secs(60)).unwrap();
    let only = pool.submit_asked(long_ago, None, |&mut ()| 7);
    assert_eq!(only.await.unwrap().unwrap(), 7);
}
