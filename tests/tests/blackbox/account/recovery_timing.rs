//! How long the answer to `POST /account/recover` takes tells nothing.

use std::time::{Duration, Instant};

use azuma_tests::Database;
use azuma_tests::people::Person;
use azuma_tests::server::Server;

/// How often each address is asked for.
const ROUNDS: usize = 150;

#[tokio::test]
async fn on_sqlite_an_unknown_address_takes_as_long_as_a_known_one() {
    assert_alike(&started(Database::Sqlite).await).await;
}

#[tokio::test]
async fn on_postgres_an_unknown_address_takes_as_long_as_a_known_one() {
    assert_alike(&started(Database::Postgres).await).await;
}

async fn started(db: Database) -> Server {
    // Hashing as it is by default, so that a hash would be seen.
    let server = db
        .server()
        .unset("passwords.memory_kib")
        .unset("passwords.iterations")
        .start();
    server.azuma().sign_up(&Person::named("neo")).await;
    server
}

/// One request after the other, the addresses in turn, so that whatever slows the machine slows both. Were one of them
/// looked up, hashed for or mailed inline, it would be the slower one nearly every time.
async fn assert_alike(server: &Server) {
    let account = server.account();
    let time = async |email: &str| {
        let began = Instant::now();
        account.recover(email).await.done(200);
        began.elapsed()
    };
    let mut known_slower = 0;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let (mut a, mut b) = (Duration::ZERO, Duration::ZERO);
        // Which goes first changes, as the second finds everything warm.
        for turn in 0..2 {
            match (round + turn) % 2 {
                0 => a = time("neo@example.org").await,
                _ => b = time("nobody@example.org").await,
            }
        }
        known_slower += usize::from(a > b);
        known.push(a);
        unknown.push(b);
    }
    known.sort();
    unknown.sort();
    let medians = (known[ROUNDS / 2], unknown[ROUNDS / 2]);
    // Of 150 even tosses, fewer than 45 or more than 105 come once in two million times.
    assert!(
        (45..=105).contains(&known_slower),
        "the known address was slower {known_slower} times of {ROUNDS}; medians {medians:?}"
    );
}
