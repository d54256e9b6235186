//! A disk that fails for a while, below an SQLite database: nothing that was answered is lost, and the server needs no
//! restart.

use std::time::{Duration, Instant};

use azuma_tests::Database;
use azuma_tests::clients::{Http, Legacy};
use azuma_tests::deadline::Deadline;
use azuma_tests::disk::{DiskState, FailingDisk, SmallDisk};
use azuma_tests::fault::Fault;
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::sqlite::SqliteFile;
use tokio::task::JoinSet;

/// A server whose database is on a disk that can fail.
fn server() -> (Server, FailingDisk) {
    let setup = Database::Sqlite.server();
    let disk = FailingDisk::of(setup.home());
    (setup.with_disk(&disk).start(), disk)
}

/// Nothing can be written, and what was written can be read; afterwards all is as before.
async fn expect_no_loss(mut server: Server, begin: impl FnOnce() -> Fault) {
    let file = server.data().join("azuma.db");
    let file = server.setup().get("database.url").map_or(file, |url| {
        url.strip_prefix("sqlite://").expect("SQLite").into()
    });
    let (before, after) = (Person::named("before"), Person::named("after"));
    let token = server.azuma().sign_up(&before).await;
    // The first use of a session is written before it is answered.
    server.azuma().own_user(&token).await.done(200);
    let fault = begin();
    for number in 0..4 {
        let answer = server
            .legacy()
            .register(&format!("user-{number}"), "secret")
            .await;
        answer.refused_with_code(503, "SERVICE_UNAVAILABLE");
        server.azuma().own_user(&token).await.done(200);
    }
    fault.end();
    server.azuma().sign_in(&before).await;
    server.azuma().sign_up(&after).await;
    server.kill();
    server.start_again();
    for person in [&before, &after] {
        server.azuma().sign_in(person).await;
    }
    assert_eq!(SqliteFile::at(file).ask("PRAGMA integrity_check"), "ok");
}

#[tokio::test]
async fn a_disk_that_is_read_only_for_a_while_costs_nothing() {
    let (server, disk) = server();
    expect_no_loss(server, || disk.fail(DiskState::ReadOnly)).await;
}

#[tokio::test]
async fn a_disk_that_cannot_write_for_a_while_costs_nothing() {
    let (server, disk) = server();
    expect_no_loss(server, || disk.fail(DiskState::Broken)).await;
}

#[tokio::test]
async fn a_disk_that_is_full_for_a_while_costs_nothing() {
    let (server, disk) = server();
    expect_no_loss(server, || disk.fail(DiskState::Full)).await;
}

#[tokio::test]
async fn space_that_is_used_up_and_freed_costs_nothing() {
    let disk = SmallDisk::mount();
    let file = disk.path().join("azuma.db");
    let url = format!("sqlite://{}", file.display());
    let server = Database::Sqlite.server().set("database.url", &url).start();
    expect_no_loss(server, || {
        // The log has no room that it could use again.
        SqliteFile::at(file).ask("PRAGMA wal_checkpoint(TRUNCATE)");
        disk.fill()
    })
    .await;
}

/// A server is killed and started while its disk fails, several times. It says why it cannot start, or it starts.
/// Afterwards it writes, within seconds.
async fn expect_writes_after_starts(how: DiskState) {
    let (mut server, disk) = server();
    // Another process holds the log and its index open, as a second node does.
    let other = server.setup().elsewhere().with_disk(&disk);
    let file = format!("sqlite://{}", server.data().join("azuma.db").display());
    let other = other.set("database.url", &file).start();
    for round in 0..4 {
        server.kill();
        let fault = disk.fail(how);
        match server.try_start_again() {
            Ok(()) => {
                let answer = server.legacy().register("nobody", "secret").await;
                answer.refused_with_code(503, "SERVICE_UNAVAILABLE");
                fault.end();
                expect_a_write_soon(&server, &format!("user-{round}")).await;
            }
            Err(printed) => {
                assert!(printed.contains("cannot open the database"), "{printed}");
                fault.end();
                server.start_again();
            }
        }
        server
            .azuma()
            .sign_up(&Person::named(&format!("again-{round}")))
            .await;
        other
            .azuma()
            .sign_up(&Person::named(&format!("other-{round}")))
            .await;
    }
}

/// The disk works again. Connections that failed are opened anew after a second at most.
async fn expect_a_write_soon(server: &Server, name: &str) {
    let deadline = Deadline::in_seconds(8);
    while server.legacy().register(name, "secret").await.status != 200 {
        assert!(!deadline.is_over(), "{}", server.output());
        deadline.step().await;
    }
}

#[tokio::test]
async fn a_server_that_starts_on_a_read_only_disk_writes_when_the_disk_does() {
    expect_writes_after_starts(DiskState::ReadOnly).await;
}

#[tokio::test]
async fn a_server_that_starts_on_a_broken_disk_writes_when_the_disk_does() {
    expect_writes_after_starts(DiskState::Broken).await;
}

#[tokio::test]
async fn connections_that_open_while_the_disk_is_broken_write_afterwards() {
    let (server, disk) = server();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    for round in 0..2 {
        let fault = disk.fail(DiskState::Broken);
        let deadline = Deadline::in_seconds(5);
        while !deadline.is_over() {
            // Each failed write closes its connection.
            let mut answers = JoinSet::new();
            for _ in 0..8 {
                let legacy = Legacy::new(Http::new(server.address()));
                answers.spawn(async move { legacy.register("nobody", "secret").await.status });
            }
            for status in answers.join_all().await {
                assert_eq!(status, 503);
            }
        }
        fault.end();
        expect_a_write_soon(&server, &format!("user-{round}")).await;
    }
}

#[tokio::test]
async fn a_disk_that_is_slow_makes_writes_wait_for_it() {
    let (server, disk) = server();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    let fault = disk.fail(DiskState::Slow(Duration::from_secs(1)));
    let began = Instant::now();
    server.azuma().sign_in(&neo).await;
    assert!(began.elapsed() >= Duration::from_secs(1));
    server.azuma().own_user(&token).await.done(200);
    fault.end();
    server.azuma().sign_in(&neo).await;
}
