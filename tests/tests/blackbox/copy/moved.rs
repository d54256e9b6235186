//! A server that moves from SQLite to Postgres and back.

use azuma_tests::people::Person;
use azuma_tests::postgres::Cluster;
use azuma_tests::server::{Server, Setup};

use super::{FILE, KEY, copy, file_of, server};

/// Looks whether live sessions live and the ended one does not.
async fn expect_same_sessions(server: &Server, live: &[String; 3], ended: &str) {
    let azuma = server.azuma();
    for token in live {
        azuma.own_user(token).await.done(200);
    }
    azuma.own_user(ended).await.challenged(true);
}

fn on_postgres(setup: &Setup, url: &str) -> Setup {
    setup.elsewhere().set("database.url", url)
}

#[tokio::test]
async fn nobody_is_logged_out_on_the_way_to_postgres_and_back() {
    let mut server = server();
    let neo = Person::named("neo");
    let live = server.log_in_everywhere(&neo).await;
    let ended = server.azuma().sign_in(&neo).await;
    server.azuma().logout(&ended).await.done(204);
    server.terminate().await;

    let url = Cluster::shared().create_database();
    let finished = copy(server.setup(), FILE, &url);
    let said = finished.success();
    for expected in ["users: 1", "sessions: 3", "secret_key"] {
        assert!(said.contains(expected), "{said}");
    }
    let mut there = on_postgres(server.setup(), &url).start();
    expect_same_sessions(&there, &live, &ended).await;
    // It takes writes, and the numbers of its history go on.
    let trinity = there.azuma().sign_up(&Person::named("trinity")).await;
    there.azuma().logout(&trinity).await.done(204);
    let also_ended = there.azuma().sign_in(&neo).await;
    there.azuma().logout(&also_ended).await.done(204);
    there.terminate().await;

    let back = server.setup().elsewhere();
    copy(&back, &url, FILE).success();
    let back = back.set("secret_key", KEY).start();
    expect_same_sessions(&back, &live, &also_ended).await;
    back.azuma().own_user(&trinity).await.challenged(true);
    back.azuma().sign_in(&neo).await;
}

#[tokio::test]
async fn mail_that_waits_is_sent_once_from_the_copy() {
    let mut server = server();
    server
        .reconfigure(|setup| setup.set("mail.url", "smtp://127.0.0.1:9"))
        .await;
    let neo = Person::named("neo");
    server.account().ask_for_account(&neo).await;
    server.terminate().await;
    let waiting = file_of(server.setup()).ask(
        "UPDATE outbox SET due_at = 0 WHERE dead_at IS NULL; SELECT count(*) FROM outbox WHERE dead_at IS NULL",
    );
    assert_eq!(waiting, "1");

    let url = Cluster::shared().create_database();
    copy(server.setup(), FILE, &url).success();
    let there = on_postgres(server.setup(), &url).unset("mail.url").start();
    let mail = there.mail().first_to(&neo.email).await;
    there.account().verify(&mail.token()).await.done(200);
    there.account().sign_in(&neo).await;
    assert_eq!(there.mail().to(&neo.email).len(), 1);
}
