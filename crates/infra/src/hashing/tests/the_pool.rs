//! The queue, its bounds and its threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// A pool whose work is expected to take a second, and a gate that holds the work up.
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
            pool.submit(None, move |()| gate.pass())
        })
        .collect();
    let mut refused = pool.submit(None, |()| ());
    let overloaded = refused.try_recv().unwrap().unwrap_err();
    assert_eq!(overloaded.estimated_wait, SECOND * 5 / 2);
    drop(open);
    for answer in admitted {
        answer.await.unwrap().unwrap();
    }
    pool.submit(None, |()| ()).await.unwrap().unwrap();
}

fn client(network: u8) -> Option<IpAddr> {
    Some(IpAddr::from([10, 0, network, 1]))
}

#[tokio::test]
async fn whoever_comes_takes_the_place_of_what_would_be_served_last() {
    let (pool, open, gate) = gated(1);
    let hold = |client| {
        let gate = gate();
        pool.submit(client, move |()| gate.pass())
    };
    // One runs, and one can wait 1 s, and one 2 s.
    let [first, second, mut third] = [1, 2, 3].map(|_| hold(client(1)));
    let honest = hold(client(2));
    third.try_recv().unwrap().unwrap_err();
    drop(open);
    for answer in [first, second, honest] {
        answer.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn believes_the_first_measurement_rather_than_the_assumption() {
    let (pool, open, gate) = gated(1);
    // The first has been measured when the second is done.
    for _ in 0..2 {
        pool.submit(None, |()| ()).await.unwrap().unwrap();
    }
    let first = {
        let gate = gate();
        pool.submit(None, move |()| gate.pass())
    };
    // Of a second each, the fourth would wait too long.
    let waiting: Vec<_> = (0..10).map(|_| pool.submit(None, |()| ())).collect();
    drop(open);
    first.await.unwrap().unwrap();
    for answer in waiting {
        answer.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn does_not_work_for_those_who_left() {
    let (pool, open, gate) = gated(1);
    let first = {
        let gate = gate();
        pool.submit(None, move |()| gate.pass())
    };
    let worked = Arc::new(AtomicUsize::new(0));
    let count = |pool: &Pool<()>| {
        let worked = Arc::clone(&worked);
        pool.submit(None, move |()| worked.fetch_add(1, Ordering::SeqCst))
    };
    // Those who left make room as well: ten would be more than fit.
    for _ in 0..10 {
        drop(count(&pool));
    }
    let last = count(&pool);
    drop(open);
    first.await.unwrap().unwrap();
    last.await.unwrap().unwrap();
    assert_eq!(worked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn survives_a_panic() {
    let pool = Pool::start(vec![()], Duration::ZERO).unwrap();
    let broken = pool.submit(None, |()| panic!("as the test wants"));
    assert!(broken.await.is_err());
    assert_eq!(pool.submit(None, |()| 7).await.unwrap().unwrap(), 7);
}

#[tokio::test]
async fn holds_a_bounded_number_of_passwords() {
    let pool = Pool::start(vec![()], Duration::ZERO).unwrap();
    let (open, gate) = mpsc::channel::<()>();
    let _running = pool.submit(None, move |()| gate.recv());
    let answers: Vec<_> = (0..10_000).map(|_| pool.submit(None, |()| ())).collect();
    drop(open);
    let mut done = 0;
    for answer in answers {
        done += usize::from(answer.await.unwrap().is_ok());
    }
    assert!(done <= 1_025, "{done}");
}

#[test]
fn dropped_ends_its_threads() {
    struct Alive(Arc<()>);
    let alive = Arc::new(());
    let states = (0..3).map(|_| Alive(Arc::clone(&alive))).collect();
    let pool = Pool::start(states, Duration::ZERO).unwrap();
    let last = pool.submit(None, |alive| Arc::strong_count(&alive.0));
    drop(pool);
    assert!(
        last.blocking_recv().unwrap().unwrap() >= 2,
        "what waited was done"
    );
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
    assert_eq!(
        pool.submit(None, move |()| nice()).await.unwrap().unwrap(),
        19
    );
    assert!(nice() < 19, "only its own threads yield");
}
