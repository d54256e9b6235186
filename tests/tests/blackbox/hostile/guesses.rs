//! Guesses at one account from many addresses.

use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};

use super::clients::{guarded, log_in_from};

/// More guesses than an account allows strangers at once, and than it allows while they are made.
const TOO_MANY: usize = 130;
/// How many guesses an account allows strangers at once.
const AT_ONCE: usize = 100;

/// Guesses once at a name from each of [`TOO_MANY`] networks; returns how many guesses were let through.
async fn guess(server: &Server, name: &str) -> usize {
    let mut compared = 0;
    for number in 0..TOO_MANY {
        let ip = format!("198.18.{number}.1");
        let guess = log_in_from(server, &ip, name, "a guess").await;
        compared += usize::from(guess.status != 429);
    }
    compared
}

#[on_both_databases]
async fn clients_that_the_account_has_never_seen_are_slowed_down_and_those_it_knows_are_not(
    db: Database,
) {
    let server = guarded(db).start();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    let log_in_from = |ip| log_in_from(&server, ip, &neo.name, &neo.password);
    log_in_from("203.0.113.7").await.done(200);
    // The answers do not tell whether somebody has the name.
    for name in [neo.name.as_str(), "nobody"] {
        let compared = guess(&server, name).await;
        assert!(
            (AT_ONCE..TOO_MANY).contains(&compared),
            "{name}: {compared}"
        );
    }
    // Nor do they tell whether the password is right.
    let login = log_in_from("198.51.100.1").await;
    login.refused(429, "TOO_MANY_REQUESTS");
    let wait = login.header("Retry-After").expect("Retry-After");
    assert!(
        wait.parse::<u32>()
            .is_ok_and(|wait| (1..=36).contains(&wait))
    );
    for known in ["203.0.113.7", "203.0.113.99"] {
        log_in_from(known).await.done(200);
    }
}
