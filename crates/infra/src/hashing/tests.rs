use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use super::*;

/// The least that Argon2 allows, so that tests are fast.
const SMALL: Argon2Settings = Argon2Settings {
    memory_kib: 8,
    iterations: 1,
    parallelism: 1,
    threads: 2,
};

fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}

fn phc(text: &str) -> PasswordHash {
    PasswordHash::from_phc(text.to_owned())
}

fn start(settings: Argon2Settings) -> Argon2Hasher {
    Argon2Hasher::start(settings).unwrap()
}

mod hashes {
    use super::*;

    /// From the reference implementation's `test.c`.
    const ARGON2ID: &str =
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    const ARGON2I: &str =
        "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA";
    const ARGON2I_BEFORE_VERSIONS: &str =
        "$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ";

    #[test]
    fn are_those_of_the_reference_implementation() {
        let scheme = Scheme::new(65_536, 2, 1).unwrap();
        let mut memory = Memory::new(&scheme);
        // Twice, in the memory the first one left behind.
        for _ in 0..2 {
            let made = scheme.hash_with_salt(b"password", b"somesalt", &mut memory);
            assert_eq!(made.unwrap(), ARGON2ID);
        }
    }

    #[tokio::test]
    async fn of_any_argon2_are_verified() {
        let hasher = start(SMALL);
        for known in [ARGON2ID, ARGON2I, ARGON2I_BEFORE_VERSIONS] {
            let verdict = hasher.verify(password("password"), phc(known)).await;
            assert_eq!(verdict.unwrap(), Verdict::RightButOutdated, "{known}");
            let verdict = hasher.verify(password("passwords"), phc(known)).await;
            assert_eq!(verdict.unwrap(), Verdict::Wrong, "{known}");
        }
    }

    #[tokio::test]
    async fn made_here_are_right_until_the_parameters_change() {
        let hasher = start(SMALL);
        let made = hasher.hash(password("käse")).await.unwrap();
        assert!(made.as_phc().starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
        let again = hasher.hash(password("käse")).await.unwrap();
        assert_ne!(made, again, "each has a salt of its own");

        let verify = |hasher: Argon2Hasher, text: &'static str| {
            let made = made.clone();
            async move { hasher.verify(password(text), made).await.unwrap() }
        };
        assert_eq!(verify(start(SMALL), "käse").await, Verdict::Right);
        assert_eq!(verify(start(SMALL), "Käse").await, Verdict::Wrong);
        let others = [
            Argon2Settings {
                memory_kib: 64,
                ..SMALL
            },
            Argon2Settings {
                iterations: 2,
                ..SMALL
            },
            Argon2Settings {
                memory_kib: 16,
                parallelism: 2,
                ..SMALL
            },
        ];
        for settings in others {
            let verdict = verify(start(settings), "käse").await;
            assert_eq!(verdict, Verdict::RightButOutdated, "{settings:?}");
        }
    }

    #[tokio::test]
    async fn that_cannot_be_read_fail_and_are_not_repeated() {
        let hasher = start(SMALL);
        let unusable = [
            "",
            "plain",
            "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ",
            "$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234",
            "$scrypt$ln=15,r=8,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
            // 2 GiB of memory; 4 G of iterations.
            "$argon2id$v=19$m=2097152,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
            "$argon2id$v=19$m=65536,t=4294967295,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        ];
        for text in unusable {
            let error = hasher.verify(password("x"), phc(text)).await.unwrap_err();
            assert!(matches!(error, HashError::Failed(_)), "{text}");
            assert!(!error.to_string().contains("c29tZXNhbHQ"), "{error}");
        }
    }

    #[test]
    fn are_not_made_with_parameters_argon2_forbids_or_nobody_wants() {
        let wrong = [
            Argon2Settings {
                memory_kib: 7,
                ..SMALL
            },
            Argon2Settings {
                iterations: 0,
                ..SMALL
            },
            Argon2Settings {
                parallelism: 0,
                ..SMALL
            },
            Argon2Settings {
                parallelism: 2,
                ..SMALL
            },
            Argon2Settings {
                memory_kib: u32::MAX,
                ..SMALL
            },
            Argon2Settings {
                iterations: u32::MAX,
                ..SMALL
            },
        ];
        for settings in wrong {
            let error = Argon2Hasher::start(settings).map(|_| ()).unwrap_err();
            assert!(
                matches!(error, StartHasherError::Parameters(_)),
                "{settings:?}: {error}"
            );
        }
        for threads in [0, 100_000] {
            let settings = Argon2Settings { threads, ..SMALL };
            let error = Argon2Hasher::start(settings).map(|_| ()).unwrap_err();
            assert!(matches!(error, StartHasherError::Threads(_)), "{error}");
        }
    }
}

mod the_pool {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A pool whose work is expected to take a second, and a gate that holds its work up.
    fn gated(threads: usize) -> (Pool<()>, mpsc::Sender<()>, impl Fn() -> Gate) {
        let pool = Pool::start(threads, SECOND, || ()).unwrap();
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
        let pool = Pool::start(1, Duration::ZERO, || ()).unwrap();
        let broken = pool.submit(|()| panic!("as the test wants")).unwrap();
        assert!(broken.await.is_err());
        assert_eq!(pool.submit(|()| 7).unwrap().await.unwrap(), 7);
    }

    #[tokio::test]
    async fn holds_a_bounded_number_of_passwords() {
        let pool = Pool::start(1, Duration::ZERO, || ()).unwrap();
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
        let pool = Pool::start(3, Duration::ZERO, || Alive(Arc::clone(&alive))).unwrap();
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
        let pool = Pool::start(1, Duration::ZERO, || ()).unwrap();
        let nice = || {
            let thread = rustix::thread::gettid();
            rustix::process::getpriority_process(Some(thread)).unwrap()
        };
        assert_eq!(pool.submit(move |()| nice()).unwrap().await.unwrap(), 19);
        assert!(nice() < 19, "only its own threads yield");
    }
}

#[tokio::test]
async fn a_storm_of_logins_is_answered() {
    let hasher = Arc::new(start(Argon2Settings {
        memory_kib: 4_096,
        ..SMALL
    }));
    let made = hasher.hash(password("neo")).await.unwrap();
    let logins: Vec<_> = (0..64)
        .map(|number| {
            let (hasher, made) = (Arc::clone(&hasher), made.clone());
            let text = if number % 2 == 0 { "neo" } else { "Neo" };
            tokio::spawn(async move { (text, hasher.verify(password(text), made).await) })
        })
        .collect();
    for login in logins {
        match login.await.unwrap() {
            (_, Err(HashError::Overloaded { retry_after })) => {
                assert!(retry_after >= SHORTEST_RETRY);
            }
            ("neo", verdict) => assert_eq!(verdict.unwrap(), Verdict::Right),
            (_, verdict) => assert_eq!(verdict.unwrap(), Verdict::Wrong),
        }
    }
}
