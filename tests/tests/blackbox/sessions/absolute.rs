//! `sessions.absolute`.

use std::time::{Duration, Instant};

use azuma_tests::people::Person;
use azuma_tests::server::Setup;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn sessions_in_use_end_on_every_dialect_so_long_after_their_login(db: Database) {
    const END: Duration = Duration::from_secs(3);
    let server = db.server().set("sessions.absolute", "3s").start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let tokens = server.log_in_everywhere(&neo).await;
    let since = Instant::now();
    for token in &tokens {
        while azuma.own_user(token).await.status == 200 {
            let age = since.elapsed();
            assert!(age < END + Duration::from_secs(2), "it lives for {age:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        azuma.own_user(token).await.challenged(true);
    }
    assert!(since.elapsed() > END / 2);
    azuma.sign_in(&neo).await;
}

#[on_both_databases]
async fn a_session_from_before_the_limit_ends_after_the_restart(db: Database) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    server.azuma().own_user(&token).await.done(200);
    let limit = |setup: Setup| setup.set("sessions.absolute", "1ms");
    server.reconfigure(limit).await;
    server.azuma().own_user(&token).await.challenged(true);
}
