//! A machine whose clock is wrong for a while.

use std::time::Duration;

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn a_server_that_runs_with_its_clock_far_ahead_ends_no_session(db: Database) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    let current = server.azuma().sign_up(&neo).await;
    server.azuma().own_user(&current).await.done(200);
    let legacy = server.legacy().sign_in(&neo).await.token;
    server.reconfigure(|setup| setup.with_clock_ahead(40)).await;
    let seen = server.azuma().own_user(&current).await;
    seen.challenged(true);
    // The sweep runs once at start.
    tokio::time::sleep(Duration::from_secs(2)).await;
    server
        .reconfigure(|setup| setup.with_the_machines_clock())
        .await;
    for token in [&current, &legacy] {
        server.azuma().own_user(token).await.done(200);
    }
}
