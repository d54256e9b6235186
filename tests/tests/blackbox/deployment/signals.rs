//! What signals do to a server.

use std::net::TcpListener;

use azuma_tests::people::Person;
use azuma_tests::process::{self, Signal};
use azuma_tests::server::{Server, Setup};
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn hangups_and_user_signals_are_told_and_end_nothing(db: Database) {
    let mut server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let signals = [
        (Signal::HangUp, "SIGHUP"),
        (Signal::User1, "SIGUSR1"),
        (Signal::User2, "SIGUSR2"),
    ];
    for (signal, _) in signals {
        server.signal(signal);
    }
    server.azuma().own_user(&token).await.done(200);
    let status = server.terminate().await;
    assert!(status.success(), "{status}");
    for (_, name) in signals {
        server.prints(name).await;
    }
}

#[on_both_databases]
async fn sigquit_stops_it_with_its_last_writes(db: Database) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    let other = server.azuma().sign_up(&neo).await;
    let token = server.azuma().sign_in(&neo).await;
    // The first use is written at once, the second later.
    server.azuma().own_user(&token).await.done(200);
    let first = last_used_at(&server, &other).await;
    server.azuma().own_user(&token).await.done(200);
    server.signal(Signal::Quit);
    let status = server.ended().await;
    assert!(status.success(), "{status}: {}", server.output());
    server.start_again();
    let last = last_used_at(&server, &other).await;
    assert!(last > first, "the second use is lost");
}

/// When the session was last used that does not ask.
async fn last_used_at(server: &Server, asking: &str) -> Option<String> {
    let sessions = server.azuma().list_sessions(asking).await;
    let session = sessions.into_iter().find(|session| !session.current);
    session.expect("two sessions").last_used_at
}

#[on_both_databases]
async fn a_second_signal_to_end_ends_it_at_once(db: Database) {
    for signal in [Signal::Interrupt, Signal::Terminate] {
        // A mail server that says nothing delays an orderly stop.
        let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = silent.local_addr().expect("a bound port");
        let setup = db.server().set("mail.url", &format!("smtp://{address}"));
        let mut server = setup.start();
        server
            .account()
            .ask_for_account(&Person::named("neo"))
            .await;
        let _endless = silent.accept().expect("a connection");
        server.signal(signal);
        server.prints("stopping").await;
        server.signal(signal);
        let status = server.ended().await;
        assert_eq!(status.code(), Some(1), "{status}: {}", server.output());
        server.prints("at once").await;
    }
}

#[test]
fn sigterm_ends_a_start_that_waits_for_its_database() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = silent.local_addr().expect("a bound port");
    let setup = Setup::postgres(&format!("postgres://azuma@{address}/azuma"));
    let mut connection = None;
    let finished = setup.run_while(&[], |process| {
        connection = silent.accept().ok();
        process::send(process, Signal::Terminate);
    });
    let (status, said) = (finished.status, &finished.stdout);
    assert!(status.success(), "{status}: {said}{}", finished.stderr);
    assert!(said.contains("SIGTERM"), "{said}");
}
