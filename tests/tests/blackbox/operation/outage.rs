//! The database goes away while the server runs, and comes back.

use std::sync::Arc;

use azuma_tests::deadline::Deadline;
use azuma_tests::people::Person;
use azuma_tests::postgres::{Cluster, Connections};
use azuma_tests::server::{Server, Setup};

/// Asks for the user until the answer has the expected status.
async fn wait_for_status(server: &Server, token: &str, expected: u16) {
    let deadline = Deadline::in_seconds(30);
    loop {
        let answer = server.azuma().own_user(token).await;
        if answer.status == expected {
            return;
        }
        let (status, text) = (answer.status, answer.text());
        assert!(!deadline.is_over(), "still {status}: {text}");
        deadline.step().await;
    }
}

#[tokio::test]
async fn is_told_as_such_and_ends_by_itself() {
    let cluster = Cluster::start();
    let setup = Setup::postgres(&cluster.create_database());
    let server = setup.for_tests().start();
    let process = server.process_id();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    server.azuma().own_user(&token).await.done(200);

    cluster.stop();
    wait_for_status(&server, &token, 503).await;
    let answer = server.azuma().own_user(&token).await;
    answer.refused(503, "SERVICE_UNAVAILABLE");
    let seconds = answer.header("Retry-After").expect("Retry-After");
    assert!(seconds.parse::<u32>().is_ok(), "{seconds}");
    let answer = server.azuma().login(&neo.name, &neo.password).await;
    answer.refused(503, "SERVICE_UNAVAILABLE");
    let answer = server.legacy().login(&neo.name, &neo.password).await;
    answer.refused_with_code(503, "SERVICE_UNAVAILABLE");
    server.azuma().index().await.done(200);

    cluster.resume();
    wait_for_status(&server, &token, 200).await;
    server.azuma().sign_in(&neo).await;
    assert_eq!(server.process_id(), process, "it was never started again");
}

#[tokio::test]
async fn a_frozen_database_does_not_hold_up_a_stop() {
    let cluster = Arc::new(Cluster::start());
    let url = format!("{}?application_name=stopped", cluster.create_database());
    let mut server = Setup::postgres(&url).for_tests().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let frozen = Connections::of(&cluster, "stopped").keep_freezing();
    wait_for_status(&server, &token, 503).await;
    assert!(server.terminate().await.success());
    frozen.end();
}
