//! Uses of sessions, which are written later than they are answered.

use std::io::Write;
use std::net::TcpStream;

use azuma_tests::clients::{Azuma, Session};
use azuma_tests::moments::{days, expect_in, minutes, moment};
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use time::OffsetDateTime;

/// A session as another of the same user sees it, so that it is not used.
async fn seen_by(azuma: &Azuma, other: &str, id: &str) -> Session {
    let mut sessions = azuma.list_sessions(other).await.into_iter();
    let session = sessions.find(|session| session.id == id);
    session.expect("a session in the list")
}

/// The server's clock, which counts whole microseconds.
fn now() -> OffsetDateTime {
    let now = OffsetDateTime::now_utc();
    now.replace_microsecond(now.microsecond())
        .expect("the microseconds of a time")
}

#[on_both_databases]
async fn the_first_one_outlives_a_kill_and_without_one_five_minutes_are_left(db: Database) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    let other = server.azuma().sign_up(&neo).await;
    let token = server.azuma().sign_in(&neo).await;
    let id = server.azuma().current_session(&token).await.id;
    server.azuma().sign_in(&neo).await;
    server.kill();
    server.start_again();
    let sessions = server.azuma().list_sessions(&other).await;
    let [unused, used, _] = &sessions[..] else {
        panic!("{} sessions, not three", sessions.len());
    };
    assert_eq!(used.id, id);
    expect_in(days(14), moment(&used.expires_at));
    assert!(used.last_used_at.is_some(), "{used:?}");
    expect_in(minutes(5), moment(&unused.expires_at));
    assert_eq!(unused.last_used_at, None);
}

#[on_both_databases]
async fn the_last_one_outlives_an_orderly_stop_with_a_request_that_never_ends(db: Database) {
    let mut server = db.server().set("http.shutdown_grace", "4s").start();
    let neo = Person::named("neo");
    let other = server.azuma().sign_up(&neo).await;
    let token = server.azuma().sign_in(&neo).await;
    let id = server.azuma().current_session(&token).await.id;
    let before = now();
    server.azuma().own_user(&token).await.done(200);
    let mut endless = TcpStream::connect(server.address()).expect("the server listens");
    let begun = "POST /users HTTP/1.1\r\nHost: azuma\r\nContent-Length: 10\r\n\r\n";
    endless.write_all(begun.as_bytes()).expect("it reads");
    server.restart().await;
    let session = seen_by(&server.azuma(), &other, &id).await;
    let used = session.last_used_at.as_deref().map(moment);
    assert!(used >= Some(before), "{used:?} is before the last use");
}

#[on_both_databases]
async fn those_of_more_sessions_than_are_remembered_outlive_an_orderly_stop(db: Database) {
    let mut server = db.server().set("sessions.cache_entries", "10").start();
    let neo = Person::named("neo");
    let other = server.azuma().sign_up(&neo).await;
    let mut tokens = Vec::new();
    for _ in 0..40 {
        tokens.push(server.azuma().sign_in(&neo).await);
    }
    let mut ids = Vec::new();
    for token in &tokens {
        ids.push(server.azuma().current_session(token).await.id);
    }
    let mut uses = Vec::new();
    for (token, id) in tokens.iter().zip(ids) {
        let before = now();
        server.azuma().own_user(token).await.done(200);
        uses.push((id, before, now()));
    }
    server.restart().await;
    for (id, before, after) in uses {
        let session = seen_by(&server.azuma(), &other, &id).await;
        let used = session.last_used_at.as_deref().map(moment);
        let used = used.expect("a session that was used");
        let is_last = (before..=after).contains(&used);
        assert!(is_last, "{used} is not the last use");
        assert_eq!(moment(&session.expires_at), used + days(14));
    }
}

#[on_both_databases]
async fn a_kill_takes_none_that_was_written(db: Database) {
    // Each expiry is so near that every use is written before it is answered.
    let mut server = db.server().set("sessions.sliding.extend_to", "5m").start();
    let neo = Person::named("neo");
    let other = server.azuma().sign_up(&neo).await;
    let token = server.azuma().sign_in(&neo).await;
    let id = server.azuma().current_session(&token).await.id;
    let before = now();
    server.azuma().own_user(&token).await.done(200);
    server.kill();
    server.start_again();
    let session = seen_by(&server.azuma(), &other, &id).await;
    let expires_at = moment(&session.expires_at);
    assert!(expires_at >= before + minutes(5), "{expires_at}");
    expect_in(minutes(5), expires_at);
}
