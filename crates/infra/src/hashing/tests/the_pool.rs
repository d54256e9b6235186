//! The queue, its bounds and its threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// A pool whose work is expected to take a second, and a gate that holds its work up.
fn gated(threads: usize) -> (Pool<()>, mpsc::Sender<()>, impl Fn() -> Gate) {
    let pool = Pool::start(vec![(); threads], SECOND).unwrap();
    let (open, gate) = mpsc::channel();
    let gate = Arc::new(std::sync::Mutex::new(gate));
    (pool, open, move || Gate(Arc::clone(&gate)))
}

struct Gate(Arc<std::sync::Mutex<mpsc::Receiver<()>>>);

impl Gate {
    fn pass(&self) {
        // Fails when the gate is gone, which opens it for good.
        let _ = self.0.lock().unwrap().recv();
    }
}

#[tokio::test]
async fn turns_away_at_once_who_would_wait_too_long_and_recovers() {
    let (pool, open, gate) = gated(2);
    // Two run; of four that wait, the last has 2 s before it; a fifth would have 2.5 s.
    let admitted: Vec<_> = (0..6)
        .map(|_| {
            let gate = gate();
            pool.submit(move |()| gate.pass()).unwrap()
        })
        .collect();
    let refused = pool::time(|| pool.submit(|()| ()).unwrap_err());
    assert!(refused.took < SECOND / 10);
    let busy = refused.outcome;
    assert_eq!(busy.wait, SECOND * 5 / 2);
    drop(open);
    for answer in admitted {
        answer.await.unwrap();
    }
    pool.submit(|()| ()).unwrap().await.unwrap();
}

#[tokio::test]
async fn believes_the_first_measurement_rather_than_the_assumption() {
    let (pool, open, gate) = gated(1);
    // The first has been measured when the second is done.
    for _ in 0..2 {
        pool.submit(|()| ()).unwrap().await.unwrap();
    }
    let first = {
        let gate = gate();
        pool.submit(move |()| gate.pass()).unwrap()
    };
    // Of a second each, the fourth would wait too long.
    let waiting: Vec<_> = (0..10).map(|_| pool.submit(|()| ()).unwrap()).collect();
    drop(open);
    first.await.unwrap();
    for answer in waiting {
        answer.await.unwrap();
    }
}

#[tokio::test]
async fn rehearses_where_nobody_asks() {
    let (rehearse, rehearsed) = mpsc::channel();
    let pool = Pool::start(vec![()], SECOND).unwrap();
    // The thread is there, and soon waits.
    pool.submit(|()| ()).unwrap().await.unwrap();
    std::thread::sleep(SECOND / 20);
    pool.rehearse(move |()| rehearse.send(()).unwrap());
    rehearsed.recv_timeout(10 * SECOND).unwrap();
}

#[tokio::test]
async fn does_not_rehearse_what_has_been_done() {
    let (pool, open, gate) = gated(1);
    let work = {
        let gate = gate();
        pool.submit(move |()| gate.pass()).unwrap()
    };
    let (rehearse, rehearsed) = mpsc::channel::<()>();
    pool.rehearse(move |()| rehearse.send(()).unwrap());
    drop(open);
    work.await.unwrap();
    let never = rehearsed.recv_timeout(10 * SECOND).unwrap_err();
    assert_eq!(never, mpsc::RecvTimeoutError::Disconnected);
}

#[tokio::test]
async fn does_not_work_for_those_who_left() {
    let (pool, open, gate) = gated(1);
    let first = {
        let gate = gate();
        pool.submit(move |()| gate.pass()).unwrap()
    };
    let worked = Arc::new(AtomicUsize::new(0));
    let count = |pool: &Pool<()>| {
        let worked = Arc::clone(&worked);
        pool.submit(move |()| worked.fetch_add(1, Ordering::SeqCst))
    };
    // Those who left make room, too: one a second, these are more than fit.
    for _ in 0..10 {
        drop(count(&pool).unwrap());
    }
    let last = count(&pool).unwrap();
    drop(open);
    first.await.unwrap();
    last.await.unwrap();
    assert_eq!(worked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn survives_a_panic() {
    let pool = Pool::start(vec![()], Duration::ZERO).unwrap();
    let broken = pool.submit(|()| panic!("as the test wants")).unwrap();
    assert!(broken.await.is_err());
    assert_eq!(pool.submit(|()| 7).unwrap().await.unwrap(), 7);
}

#[tokio::test]
async fn holds_a_bounded_number_of_passwords() {
    let pool = Pool::start(vec![()], Duration::ZERO).unwrap();
    let (open, gate) = mpsc::channel::<()>();
    let _running = pool.submit(move |()| gate.recv()).unwrap();
    let waiting: Vec<_> = (0..10_000)
        .map_while(|_| pool.submit(|()| ()).ok())
        .collect();
    assert!(waiting.len() <= 1_025, "{}", waiting.len());
    drop(open);
    for answer in waiting {
        answer.await.unwrap();
    }
}

#[test]
fn dropped_ends_its_threads() {
    struct Alive(Arc<()>);
    let alive = Arc::new(());
    let states = (0..3).map(|_| Alive(Arc::clone(&alive))).collect();
    let pool = Pool::start(states, Duration::ZERO).unwrap();
    let last = pool.submit(|alive| Arc::strong_count(&alive.0)).unwrap();
    drop(pool);
    assert!(last.blocking_recv().unwrap() >= 2, "what waited was done");
    let gone = (0..10_000).any(|_| {
        std::thread::sleep(Duration::from_millis(1));
        Arc::strong_count(&alive) == 1
    });
    assert!(gone, "the threads stay");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn lets_everything_else_go_before() {
    let pool = Pool::start(vec![()], Duration::ZERO).unwrap();
    let nice = || {
        let thread = rustix::thread::gettid();
        rustix::process::getpriority_process(Some(thread)).unwrap()
    };
    assert_eq!(pool.submit(move |()| nice()).unwrap().await.unwrap(), 19);
    assert!(nice() < 19, "only its own threads yield");
}
