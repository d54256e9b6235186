mod hashes;
mod imported;
mod starting;
mod the_memory;
mod the_pool;
mod the_turns;

use std::sync::Arc;

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

fn given(text: &str) -> GivenPassword {
    GivenPassword::parse(text).unwrap()
}

fn phc(text: &str) -> PasswordHash {
    PasswordHash::from_phc(text.to_owned())
}

fn start(settings: Argon2Settings) -> Argon2Hasher {
    Argon2Hasher::start(settings).unwrap()
}

#[tokio::test]
async fn a_storm_of_logins_is_answered() {
    let hasher = Arc::new(start(Argon2Settings {
        memory_kib: 4_096,
        ..SMALL
    }));
    let made = hasher.hash(None, password("neo")).await.unwrap();
    let logins: Vec<_> = (0..64)
        .map(|number| {
            let (hasher, made) = (Arc::clone(&hasher), made.clone());
            let text = if number % 2 == 0 { "neo" } else { "Neo" };
            tokio::spawn(async move { (text, hasher.verify(None, given(text), made).await) })
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
