//! How the abuse guard answers clients that guess passwords. `docs/decisions/0005` has its limits.

use azuma_tests::clients::Answer;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

/// More wrong guesses than a client has with one name.
const TOO_MANY: usize = 60;

#[track_caller]
fn asks_to_wait<T>(answer: &Answer<T>) {
    let wait = answer.header("Retry-After").expect("Retry-After");
    let is_long = wait.parse::<u32>().is_ok_and(|seconds| seconds > 0);
    assert!(is_long, "{wait}");
}

#[on_both_databases]
async fn each_dialect_asks_to_wait_and_other_names_can_still_be_logged_in_to(db: Database) {
    let server = db.server().set("abuse.enabled", "true").start();
    let azuma = server.azuma();
    let [neo, trinity] = ["neo", "trinity"].map(Person::named);
    azuma.sign_up(&neo).await;
    azuma.sign_up(&trinity).await;
    let mut guesses = 0;
    while azuma.login("neo", "a guess").await.status != 429 {
        guesses += 1;
        assert!(guesses < TOO_MANY, "{guesses} guesses were let through");
    }
    let answer = azuma.login(&neo.name, &neo.password).await;
    answer.refused(429, "TOO_MANY_REQUESTS");
    asks_to_wait(&answer);
    let answer = server.legacy().login("neo", "a guess").await;
    answer.refused_with_code(429, "TOO_MANY_REQUESTS");
    asks_to_wait(&answer);
    let answer = server.account().authenticate("neo", "a guess").await;
    answer.refused(403, "FORBIDDEN");
    asks_to_wait(&answer);
    azuma.sign_in(&trinity).await;
}
