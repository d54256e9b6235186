//! Other programs at the file of an SQLite database: nothing that the server has answered is lost.

use std::fs;
use std::path::PathBuf;

use azuma_tests::Database;
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::sqlite::{SqliteFile, nameless_files_of};

/// What the log says about a file that is gone.
const TOLD: &str = "every use of the database fails until the file is restored";

fn server() -> (Server, SqliteFile) {
    let server = Database::Sqlite.server().start();
    let file = SqliteFile::at(server.data().join("azuma.db"));
    (server, file)
}

/// People with these numbers.
fn people(numbers: std::ops::Range<usize>) -> Vec<Person> {
    numbers
        .map(|number| Person::named(&format!("user-{number}")))
        .collect()
}

async fn sign_up(server: &Server, people: &[Person]) {
    for person in people {
        server.azuma().sign_up(person).await;
    }
}

async fn expect_everybody(server: &Server, people: &[Person]) {
    for person in people {
        server.azuma().sign_in(person).await;
    }
}

#[tokio::test]
async fn what_was_answered_after_a_foreign_read_outlives_a_kill() {
    let (mut server, file) = server();
    sign_up(&server, &people(0..3)).await;
    assert_eq!(file.users(), 3);
    sign_up(&server, &people(3..8)).await;
    server.kill();
    server.start_again();
    expect_everybody(&server, &people(0..8)).await;
    assert_eq!(file.ask("PRAGMA integrity_check"), "ok");
}

#[tokio::test]
async fn each_backup_holds_what_was_answered_before_it() {
    let (mut server, file) = server();
    for backup in 1..=2 {
        sign_up(&server, &people(backup * 10..backup * 10 + 3)).await;
        let copy = SqliteFile::at(server.data().join(format!("backup-{backup}.db")));
        file.ask(&format!(".backup '{}'", copy.path().display()));
        assert_eq!(copy.users(), backup * 3);
        assert_eq!(copy.ask("PRAGMA integrity_check"), "ok");
    }
    server.kill();
    server.start_again();
    expect_everybody(&server, &people(10..13)).await;
    expect_everybody(&server, &people(20..23)).await;
}

#[tokio::test]
async fn a_second_server_after_a_foreign_read_loses_nothing() {
    let (mut here, file) = server();
    sign_up(&here, &people(0..1)).await;
    assert_eq!(file.users(), 1);
    let url = format!("sqlite://{}", file.path().display());
    let setup = here.setup().elsewhere().set("database.url", &url);
    // The key beside the file is both servers'.
    let mut there = setup.start();
    for number in 1..10 {
        sign_up(&here, &people(number..number + 1)).await;
        sign_up(&there, &people(number + 10..number + 11)).await;
    }
    here.terminate().await;
    there.kill();
    here.start_again();
    assert_eq!(file.ask("PRAGMA integrity_check"), "ok");
    expect_everybody(&here, &people(0..10)).await;
    expect_everybody(&here, &people(11..20)).await;
}

#[tokio::test]
async fn the_server_keeps_its_lock_while_others_come_and_go() {
    let (server, file) = server();
    let process = server.process_id();
    for number in 0..3 {
        sign_up(&server, &people(number..number + 1)).await;
        // SQLite's shared lock, which every open connection holds in WAL mode.
        let locks = file.locks_of(process);
        assert!(locks.contains(&"READ".to_owned()), "{locks:?}");
        file.ask("SELECT count(*) FROM sessions");
        assert!(file.companion("-wal").exists());
        assert_eq!(nameless_files_of(process), Vec::<PathBuf>::new());
    }
}

/// Every request that needs the database is refused, and the log says why once.
async fn expect_refusals(server: &Server) {
    for number in 100..103 {
        let name = format!("user-{number}");
        let answer = server.legacy().register(&name, "secret").await;
        answer.refused_with_code(503, "SERVICE_UNAVAILABLE");
    }
    let login = server.azuma().login("user-0", "the-secret-of-user-0").await;
    login.refused(503, "SERVICE_UNAVAILABLE");
    // A thread of its own writes the log.
    server.prints(TOLD).await;
    let lines = server.output();
    let errors: Vec<&str> = lines
        .lines()
        .filter(|line| line.contains("ERROR"))
        .collect();
    let told = errors.iter().filter(|line| line.contains(TOLD)).count();
    // Each 503 is logged as well.
    let failed = |line: &&&str| line.contains("a request failed");
    let others = errors.len() - told - errors.iter().filter(failed).count();
    assert_eq!((told, others), (1, 0), "{lines}");
}

#[tokio::test]
async fn a_deleted_file_is_no_place_to_write_to() {
    let (server, file) = server();
    sign_up(&server, &people(0..1)).await;
    for suffix in ["", "-wal", "-shm"] {
        fs::remove_file(file.companion(suffix)).expect("it is there");
    }
    expect_refusals(&server).await;
    assert!(!file.path().exists(), "nobody makes another");
}

#[tokio::test]
async fn a_deleted_log_is_no_place_to_write_to() {
    let (server, file) = server();
    sign_up(&server, &people(0..1)).await;
    fs::remove_file(file.companion("-wal")).expect("it is there");
    expect_refusals(&server).await;
}

#[tokio::test]
async fn a_replaced_file_is_not_written_to() {
    let (server, file) = server();
    sign_up(&server, &people(0..1)).await;
    let copy = file.companion(".copy");
    file.ask(&format!(".backup '{}'", copy.display()));
    fs::rename(&copy, file.path()).expect("another file in its place");
    expect_refusals(&server).await;
}

#[tokio::test]
async fn a_file_that_is_back_is_used_again() {
    let (server, file) = server();
    sign_up(&server, &people(0..1)).await;
    let away = file.companion(".away");
    fs::rename(file.path(), &away).expect("it is there");
    expect_refusals(&server).await;
    fs::rename(&away, file.path()).expect("it is there");
    sign_up(&server, &people(1..2)).await;
    expect_everybody(&server, &people(0..2)).await;
}
