//! What the abuse guard does to whoever guesses passwords. How often one may, `docs/decisions/0005` says.

use azuma_tests::clients::Answer;
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};

/// More wrong guesses than a client has with one name.
const TOO_MANY: usize = 60;

async fn server(db: Database) -> Server {
    let server = db.server().set("abuse.enabled", "true").start();
    for name in ["neo", "trinity"] {
        server.azuma().sign_up(&Person::named(name)).await;
    }
    server
}

/// Guesses until the guard steps in.
async fn guess(server: &Server) {
    for _ in 0..TOO_MANY {
        if server.azuma().login("neo", "a guess").await.status == 429 {
            return;
        }
    }
    panic!("{TOO_MANY} guesses were let through");
}

#[track_caller]
fn asks_to_wait<T>(answer: &Answer<T>) {
    let wait = answer.header("Retry-After").expect("Retry-After");
    assert!(
        wait.parse::<u32>().is_ok_and(|seconds| seconds > 0),
        "{wait}"
    );
}

#[on_both_databases]
async fn the_current_dialect_answers_429(db: Database) {
    let server = server(db).await;
    guess(&server).await;
    let neo = Person::named("neo");
    let answer = server.azuma().login(&neo.name, &neo.password).await;
    answer.refused(429, "TOO_MANY_REQUESTS");
    asks_to_wait(&answer);
}

#[on_both_databases]
async fn the_legacy_dialect_answers_429(db: Database) {
    let server = server(db).await;
    guess(&server).await;
    let answer = server.legacy().login("neo", "a guess").await;
    answer.refused_with_code(429, "TOO_MANY_REQUESTS");
    asks_to_wait(&answer);
}

#[on_both_databases]
async fn the_account_dialect_answers_403(db: Database) {
    let server = server(db).await;
    guess(&server).await;
    let answer = server.account().authenticate("neo", "a guess").await;
    answer.refused(403, "FORBIDDEN");
    asks_to_wait(&answer);
}

#[on_both_databases]
async fn other_names_can_still_be_logged_in_to(db: Database) {
    let server = server(db).await;
    guess(&server).await;
    let trinity = Person::named("trinity");
    let answer = server.azuma().login(&trinity.name, &trinity.password).await;
    answer.success(200);
}
