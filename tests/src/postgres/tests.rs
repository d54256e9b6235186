//! The clusters do what the tests count on.

use std::process::Stdio;

use super::{Cluster, Copy, INSTALLATION, Options, Stop};
use crate::deadline::Deadline;

#[test]
fn each_database_is_new_and_empty() {
    let cluster = Cluster::shared();
    let (first, second) = (cluster.create_database(), cluster.create_database());
    assert_ne!(first, second);
    let name = first.rsplit('/').next().unwrap();
    assert_eq!(
        cluster.sql(name, "SELECT count(*) FROM pg_stat_user_tables;"),
        "0\n"
    );
}

#[test]
fn a_stopped_cluster_comes_back_with_its_data() {
    let cluster = Cluster::start();
    cluster.sql(
        "postgres",
        "CREATE TABLE kept (value int); INSERT INTO kept VALUES (42);",
    );
    cluster.stop();
    cluster.resume();
    assert_eq!(cluster.sql("postgres", "SELECT value FROM kept;"), "42\n");
}

#[test]
fn no_end_of_a_durable_cluster_loses_a_commit() {
    let cluster = Options::default().durable().start();
    cluster.sql("postgres", "CREATE TABLE kept (value int);");
    for (stop, number) in [Stop::Fast, Stop::Immediate, Stop::Kill].iter().zip(1..) {
        let insert = format!("INSERT INTO kept VALUES ({number});");
        cluster.sql("postgres", &insert);
        cluster.stop_by(*stop);
        cluster.resume();
        let count = cluster.sql("postgres", "SELECT count(*) FROM kept;");
        assert_eq!(count.trim(), number.to_string(), "{stop:?}");
    }
}

#[test]
fn a_standby_has_what_was_committed_and_a_backup_what_was_when_it_was_made() {
    let options = || Options::default().durable();
    let primary = options().start();
    primary.sql("postgres", "CREATE TABLE kept (value int);");
    primary.wait_for_a_standby();
    let standby = Copy::of(&primary, options()).follow(primary.address());
    let backup = Copy::of(&primary, options());
    primary.sql("postgres", "INSERT INTO kept VALUES (42);");
    primary.stop_by(Stop::Kill);
    standby.promote();
    assert_eq!(standby.sql("postgres", "SELECT value FROM kept;"), "42\n");
    let old = backup.start();
    assert_eq!(old.sql("postgres", "SELECT value FROM kept;"), "");
}

#[test]
fn a_cluster_recovers_from_the_end_of_a_backend() {
    let cluster = Options::default().durable().start();
    let mut idle = INSTALLATION
        .program("psql")
        .args(["--no-psqlrc", "--quiet", &cluster.create_database()])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .current_dir("/")
        .spawn()
        .unwrap();
    let wait_for = |number: &str| {
        let count = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'azuma_0';";
        let deadline = Deadline::in_seconds(40);
        while cluster
            .try_sql("postgres", count)
            .is_ok_and(|found| found.trim() != number)
        {
            assert!(!deadline.is_over(), "{number} connections");
            deadline.step_blocking();
        }
    };
    wait_for("1");
    cluster.kill_a_backend();
    wait_for("0");
    cluster.wait_until_it_answers();
    idle.kill().unwrap();
    idle.wait().unwrap();
}

#[test]
fn a_cluster_with_tls_is_verified_and_accepts_nothing_else() {
    let cluster = Cluster::start_with_tls();
    let url = cluster.create_database();
    let query = |url: &str| {
        INSTALLATION
            .program("psql")
            .args(["--no-psqlrc", "--tuples-only", "--no-align", "--command"])
            .arg("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
            .arg(url)
            .current_dir("/")
            .output()
            .unwrap()
    };
    assert_eq!(String::from_utf8_lossy(&query(&url).stdout), "t\n");
    let plain = url.replace("verify-full", "disable");
    assert!(!query(&plain).status.success(), "a connection without TLS");
    let misnamed = url.replace("localhost", "127.0.0.1");
    assert!(
        !query(&misnamed).status.success(),
        "the certificate names localhost alone"
    );
}
