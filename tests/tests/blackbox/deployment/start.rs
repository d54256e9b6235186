//! Databases that are not reachable yet, or unusable, when the server starts.

use std::thread;
use std::time::Duration;

use azuma_tests::people::Person;
use azuma_tests::postgres::Cluster;
use azuma_tests::server::Setup;

const WAITING: &str = "waiting for the database";

#[tokio::test]
async fn a_database_that_comes_later_is_waited_for() {
    let cluster = Cluster::start();
    let setup = Setup::postgres(&cluster.create_database()).for_tests();
    cluster.stop();
    let cluster = thread::spawn(move || {
        thread::sleep(Duration::from_secs(2));
        cluster.resume();
        cluster
    });
    let server = tokio::task::spawn_blocking(|| setup.start())
        .await
        .expect("it starts");
    let _cluster = cluster.join().expect("Postgres runs again");
    assert_eq!(server.output().matches(WAITING).count(), 1);
    server.azuma().sign_up(&Person::named("neo")).await;
}

#[test]
fn a_database_that_never_comes_ends_the_start_with_the_reason() {
    let setup = Setup::postgres("postgres://postgres@127.0.0.1:1/azuma");
    let finished = setup.set("database.start_timeout", "1s").run(&[]);
    let complaint = finished.complaint();
    assert!(complaint.contains("127.0.0.1:1/azuma"), "{complaint}");
    assert!(finished.stdout.contains(WAITING), "{}", finished.stdout);
}

#[test]
fn what_waiting_does_not_mend_is_not_waited_for() {
    let address = Cluster::shared().address();
    // The name of the database says `invalid`, which is no reason to give up.
    let named = Setup::postgres("postgres://postgres@127.0.0.1:1/invalid");
    let finished = named.set("database.start_timeout", "1s").run(&[]);
    assert!(finished.stdout.contains(WAITING), "{}", finished.stdout);
    for (place, reason) in [
        (
            format!("postgres://postgres@{address}/nothing"),
            "does not exist",
        ),
        (
            format!("postgres://nobody@{address}/postgres"),
            "does not exist",
        ),
        (
            format!("postgres://postgres@{address}/postgres?x=y"),
            "invalid",
        ),
    ] {
        let finished = Setup::postgres(&place).run(&[]);
        assert!(finished.complaint().contains(reason), "{}", finished.stderr);
        assert!(!finished.stdout.contains(WAITING), "{}", finished.stdout);
    }
}

#[test]
fn a_database_in_another_encoding_than_utf8_is_refused() {
    let cluster = Cluster::shared();
    let address = cluster.address();
    for encoding in ["LATIN1", "SQL_ASCII"] {
        let name = format!("in_{}", encoding.to_lowercase());
        cluster.sql(
            "postgres",
            &format!("CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0;"),
        );
        let finished = Setup::postgres(&format!("postgres://postgres@{address}/{name}")).run(&[]);
        let complaint = finished.complaint();
        assert!(
            complaint.contains(encoding) && complaint.contains("UTF8"),
            "{complaint}"
        );
    }
}
