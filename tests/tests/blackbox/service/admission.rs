//! Who may ask.

use std::io::pipe;
use std::os::fd::OwnedFd;

use azuma_tests::clients::Carrier;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use tokio::task::JoinSet;

#[on_both_databases]
async fn a_rotated_token_works_for_its_overlap_and_a_revoked_service_is_refused_at_once(
    db: Database,
) {
    let server = db.server().start();
    let first = server.service("chat");
    let rotate = |overlap| {
        let rotated = ["service", "rotate", "chat", "--overlap", overlap];
        server.service_with(server.setup().run(&rotated).token())
    };
    let second = rotate("1h");
    first.here().await.done(200);
    second.here().await.done(200);
    let third = rotate("0s");
    first.here().await.challenged(true);
    second.here().await.challenged(true);
    third.here().await.done(200);
    let revoked = server.setup().run(&["service", "revoke", "chat"]);
    revoked.success();
    third.here().await.challenged(true);
}

#[tokio::test]
async fn a_token_that_nobody_got_is_an_error() {
    let server = Database::Sqlite.server().start();
    let (reader, writer) = pipe().expect("a pipe");
    drop(reader);
    for create in [
        ["service", "create", "chat"],
        ["invite", "create", "--json"],
    ] {
        let status = server
            .setup()
            .run_printing_to(&create, &OwnedFd::from(writer.try_clone().expect("a pipe")));
        assert_eq!(status.code(), Some(1), "{create:?}");
    }
    let rotated = server.setup().run(&["service", "rotate", "chat"]);
    server.service_with(rotated.token()).here().await.done(200);
}

#[on_both_databases]
async fn the_token_of_a_service_is_no_users_and_that_of_a_user_no_services(db: Database) {
    let server = db.server().start();
    let service = server.service("chat");
    let user = server.azuma().sign_up(&Person::named("neo")).await;
    for carrier in Carrier::ALL {
        let answer = carrier.present(&server, &service.token).await;
        answer.challenged(true);
    }
    server.service_with(&user).here().await.challenged(true);
    let unknown = format!("azs_{}", "A".repeat(43));
    server.service_with(&unknown).here().await.challenged(true);
    let both = server.get("/service/changes").bearer(&service.token);
    both.bearer(&service.token).send().await.challenged(true);
}

#[tokio::test]
async fn a_service_that_asks_too_often_is_told_to_wait_and_others_are_not() {
    let setup = Database::Sqlite.server().set("abuse.enabled", "true");
    let server = setup.set("limits.service_requests", "1").start();
    let (chat, web) = (server.service("chat"), server.service("web"));
    let mut asked = JoinSet::new();
    for _ in 0..20 {
        asked.spawn(chat.here());
    }
    let mut limited = 0;
    for answer in asked.join_all().await {
        if answer.status != 200 {
            answer.refused(429, "TOO_MANY_REQUESTS");
            assert_eq!(answer.header("Retry-After"), Some("1"));
            limited += 1;
        }
    }
    assert!(limited > 0, "20 requests are more than one a second");
    let line = "\"event\":\"attempt_blocked\",\"detail\":\"service_request\",\"service\":\"chat\"";
    server.prints(line).await;
    web.here().await.done(200);
    // Who asks whose tokens are live is counted apart from who follows.
    chat.check(&["x"]).await.done(200);
}
