//! Output that cannot be written.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, PipeReader, pipe};
use std::os::fd::OwnedFd;
use std::sync::mpsc::channel;
use std::thread;

use azuma_tests::Database;
use azuma_tests::deadline::Deadline;
use azuma_tests::locked_file;
use azuma_tests::people::Person;
use azuma_tests::server::{Server, Setup};

/// A server that logs at every level.
fn talkative() -> Setup {
    Database::Sqlite
        .server()
        .set("telemetry.log_filter", "trace,actix_http=trace")
}

/// Output whose reader has gone.
fn closed_pipe() -> OwnedFd {
    let (_, writer) = pipe().expect("a pipe");
    writer.into()
}

/// Output that nobody reads until the other end is read.
fn unread_pipe() -> (OwnedFd, PipeReader) {
    let (reader, writer) = pipe().expect("a pipe");
    (writer.into(), reader)
}

/// Output on a disk with no room left.
fn full_disk() -> OwnedFd {
    let file = OpenOptions::new().write(true).open("/dev/full");
    file.expect("/dev/full").into()
}

/// The limit of the log file. The database stays smaller.
const LOG_LIMIT: u64 = 1 << 30;

/// A file that has reached its limit.
fn full_file(setup: &Setup) -> OwnedFd {
    let path = setup.home().join("azuma.log");
    let file = OpenOptions::new().append(true).create(true).open(path);
    let file = file.expect("a writable directory");
    file.set_len(LOG_LIMIT).expect("a file with holes");
    file.into()
}

async fn ask_often(server: &Server) {
    for _ in 0..500 {
        server.azuma().own_user("no-token").await.challenged(true);
    }
}

/// All work goes on: answers, also while the database fails; mail after that failure; an orderly stop.
async fn expect_work(mut server: Server) {
    ask_often(&server).await;
    let fault = locked_file::lock(&server.data().join("azuma.db"));
    for name in ["trinity", "morpheus"] {
        let refused = server.legacy().register(name, "secret").await;
        refused.refused_with_code(503, "SERVICE_UNAVAILABLE");
    }
    fault.end();
    let neo = Person::named("neo");
    server.account().ask_for_account(&neo).await;
    server.mail().first_to(&neo.email).await;
    ask_often(&server).await;
    let status = server.terminate().await;
    assert!(status.success(), "{status}");
}

#[tokio::test]
async fn a_reader_that_has_gone_stops_no_work() {
    expect_work(talkative().start_printing_to(&closed_pipe())).await;
}

#[tokio::test]
async fn a_reader_that_does_not_read_stops_no_work() {
    let (output, _reader) = unread_pipe();
    expect_work(talkative().start_printing_to(&output)).await;
}

#[tokio::test]
async fn a_full_disk_stops_no_work() {
    expect_work(talkative().start_printing_to(&full_disk())).await;
}

#[tokio::test]
async fn a_file_that_must_not_grow_stops_no_work() {
    let setup = talkative().file_size(LOG_LIMIT);
    let output = full_file(&setup);
    expect_work(setup.start_printing_to(&output)).await;
}

#[tokio::test]
async fn lines_that_were_lost_are_counted_once_lines_can_be_written_again() {
    let (output, reader) = unread_pipe();
    let mut server = talkative().start_printing_to(&output);
    drop(output);
    for _ in 0..10 {
        ask_often(&server).await;
    }
    let (sender, lines) = channel();
    thread::spawn(move || {
        let read = BufReader::new(reader).lines().map_while(Result::ok);
        // A test that failed no longer receives lines.
        let _ = read.map(|line| sender.send(line)).find(Result::is_err);
    });
    let deadline = Deadline::in_seconds(60);
    let told = loop {
        let line = lines.recv_timeout(deadline.left());
        let line = line.expect("a line that tells of the lost ones");
        if line.contains("log lines were lost") {
            break line;
        }
    };
    let told: serde_json::Value = serde_json::from_str(&told).expect("a line of JSON");
    assert!(told["lost"].as_u64() > Some(0), "{told}");
    server.terminate().await;
    let is_last = |line: String| line.contains(r#""message":"stopped""#);
    assert!(lines.iter().any(is_last), "the last words are there");
}

#[test]
fn a_start_that_fails_with_nobody_to_tell_has_its_usual_status() {
    let setup = Database::Sqlite.server().set("http.listen", "256.0.0.1:0");
    for output in [closed_pipe(), full_disk()] {
        let status = setup.run_printing_to(&[], &output);
        assert_eq!(status.code(), Some(1), "{status}");
    }
}

#[test]
fn a_command_whose_reader_has_read_enough_has_succeeded() {
    let setup = Setup::bare();
    for arguments in [&["config"][..], &["migrate"], &["mail", "list"]] {
        let status = setup.run_printing_to(arguments, &closed_pipe());
        assert!(status.success(), "{arguments:?}: {status}");
    }
}

#[test]
fn a_command_that_cannot_say_what_it_should_has_failed() {
    let status = Setup::bare().run_printing_to(&["config"], &full_disk());
    assert_eq!(status.code(), Some(1), "{status}");
}
