//! What the start of a hasher does, and what it leaves to the first hash.

use super::*;

#[test]
fn refuses_parameters_argon2_forbids_or_nobody_wants() {
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
        Argon2Settings {
            threads: 0,
            ..SMALL
        },
        Argon2Settings {
            threads: 100_000,
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
}

#[tokio::test]
async fn does_not_wait_for_a_hash() {
    let settings = Argon2Settings {
        memory_kib: 256 * 1_024,
        ..SMALL
    };
    let started = pool::time(|| start(settings));
    let memory = &mut started.outcome.scheme.reserve_memory().unwrap();
    let hashed = pool::time(|| started.outcome.scheme.hash(b"neo", memory).unwrap());
    assert!(
        started.took < hashed.took / 2,
        "{:?}, a hash {:?}",
        started.took,
        hashed.took
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn leaves_the_memory_of_the_threads_untouched() {
    let hasher = start(Argon2Settings {
        memory_kib: 4_096,
        threads: 1,
        ..SMALL
    });
    let resident = hasher.pool.submit(None, the_memory::resident_kib);
    assert_eq!(resident.await.unwrap().unwrap(), 0);
    hasher.hash(None, password("neo")).await.unwrap();
    let resident = hasher.pool.submit(None, the_memory::resident_kib);
    assert!(resident.await.unwrap().unwrap() >= 4_096);
}
