//! Guesses at one account from many addresses.

use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};

use super::clients::{guarded, log_in_from};

/// More guesses than an account lets strangers make at once, by more than are let through while they are made.
const TOO_MANY: usize = 130;
/// How many it lets them make at once.
const AT_ONCE: usize = 100;

/// Guesses at a name from so many networks, a guess each; answers how many were let through.
async fn guess(server: &Server, name: &str) -> usize {
    let mut compared = 0;
    for number in 0..TOO_MANY {
        let ip = format!("198.18.{number}.1");
        let guess = log_in_from(server, &ip, name, "a guess").await;
        compared += usize::from(guess.status != 429);
    }
    compared
}

/// `neo`, who has logged in from 203.0.113.0/24.
async fn server(db: Database) -> (Server, Person) {
    let server = guarded(db).start();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    let login = log_in_from(&server, "203.0.113.7", &neo.name, &neo.password);
    login.await.success(200);
    (server, neo)
}

#[on_both_databases]
async fn clients_that_the_account_has_never_seen_are_slowed_down(db: Database) {
    let (server, neo) = server(db).await;
    let compared = guess(&server, &neo.name).await;
    assert!((AT_ONCE..TOO_MANY).contains(&compared), "{compared}");
    // Whether the password is right, they do not learn.
    let login = log_in_from(&server, "198.51.100.1", &neo.name, &neo.password).await;
    login.refused(429, "TOO_MANY_REQUESTS");
    let wait = login.header("Retry-After").expect("Retry-After");
    assert!(
        wait.parse::<u32>()
            .is_ok_and(|wait| (1..=36).contains(&wait))
    );
}

#[on_both_databases]
async fn clients_that_the_account_knows_are_not(db: Database) {
    let (server, neo) = server(db).await;
    guess(&server, &neo.name).await;
    for known in ["203.0.113.7", "203.0.113.99"] {
        let login = log_in_from(&server, known, &neo.name, &neo.password).await;
        login.success(200);
    }
}

#[on_both_databases]
async fn a_name_that_nobody_has_is_answered_alike(db: Database) {
    let (server, _) = server(db).await;
    let compared = guess(&server, "nobody").await;
    assert!((AT_ONCE..TOO_MANY).contains(&compared), "{compared}");
}
