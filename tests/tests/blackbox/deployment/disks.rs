//! A disk that fails for a while, below an SQLite database: nothing that was answered is lost, and the server needs no
//! restart.

use std::time::{Duration, Instant};

use azuma_tests::Database;
use azuma_tests::disk::{DiskState, FailingDisk, SmallDisk};
use azuma_tests::fault::Fault;
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::sqlite::SqliteFile;

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
